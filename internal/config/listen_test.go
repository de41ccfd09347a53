package config

import (
	"errors"
	"flag"
	"testing"
)

func TestTheAddressAloneIsReadWithoutTheOtherSettings(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		args []string
		want string
		err  string
	}{
		{"by default", nil, nil, ":8080", ""},
		{"of the environment", map[string]string{"FOBDESK_LISTEN": "127.0.0.1:9000", "FOBDESK_SESSION_IDLE": "15"}, nil, "127.0.0.1:9000", ""},
		{"of a flag", map[string]string{"FOBDESK_LISTEN": "127.0.0.1:9000"}, []string{"--listen=:9001"}, ":9001", ""},
		{"a wrong one", map[string]string{"FOBDESK_LISTEN": "9000"}, nil, "",
			`FOBDESK_LISTEN: got "9000", want an address such as :8080 or 127.0.0.1:8080`},
	} {
		got, err := LoadListen(test.args, lookup(test.env), files(nil))
		if got != test.want || err == nil && test.err != "" || err != nil && err.Error() != test.err {
			t.Errorf("%s: %q, %v; want %q, %q", test.name, got, err, test.want, test.err)
		}
	}
	if _, err := LoadListen([]string{"--help"}, lookup(nil), files(nil)); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help is %v", err)
	}
}
