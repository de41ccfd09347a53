package sim_test

import (
	"encoding/base32"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

// The vectors of RFC 6238, appendix B, shortened to six digits.
func TestTOTPShowsTheCodesOfRFC6238(t *testing.T) {
	short := []byte("12345678901234567890")
	long := []byte("12345678901234567890123456789012")
	for _, test := range []struct {
		secret []byte
		hash   sim.Hash
		unix   int64
		want   string
	}{
		{short, sim.HMACSHA1, 59, "287082"},
		{short, sim.HMACSHA1, 1111111109, "081804"},
		{short, sim.HMACSHA1, 1111111111, "050471"},
		{short, sim.HMACSHA1, 1234567890, "005924"},
		{short, sim.HMACSHA1, 2000000000, "279037"},
		{short, sim.HMACSHA1, 20000000000, "353130"},
		{long, sim.HMACSHA256, 59, "119246"},
		{long, sim.HMACSHA256, 1111111109, "084774"},
		{long, sim.HMACSHA256, 1111111111, "062674"},
		{long, sim.HMACSHA256, 1234567890, "819424"},
		{long, sim.HMACSHA256, 2000000000, "698825"},
		{long, sim.HMACSHA256, 20000000000, "737706"},
	} {
		if got := sim.TOTP(test.secret, 30*time.Second, test.hash, time.Unix(test.unix, 0)); got != test.want {
			t.Errorf("TOTP %s at %d = %s, want %s", test.hash, test.unix, got, test.want)
		}
	}
}

func TestTOTPAgreesWithOathtool(t *testing.T) {
	oathtool, err := exec.LookPath("oathtool")
	if err != nil {
		t.Fatal("oathtool is needed (on Debian: apt-get install oathtool)")
	}
	modes := map[sim.Hash]string{sim.HMACSHA1: "--totp", sim.HMACSHA256: "--totp=sha256"}
	for _, fob := range sim.Demo(start).Fobs[:6] {
		secret := base32.StdEncoding.EncodeToString(fob.Secret)
		for i := range 25 {
			at := time.Unix(1_700_000_000+int64(i)*7_654_321, 0).UTC()
			out, err := exec.CommandContext(t.Context(), oathtool, modes[fob.Hash], "-b",
				"-s", strconv.Itoa(int(fob.Interval.Seconds()))+"s", "-N", at.Format("2006-01-02 15:04:05 UTC"), secret).Output()
			if err != nil {
				t.Fatal(err)
			}
			if got, want := sim.TOTP(fob.Secret, fob.Interval, fob.Hash, at), strings.TrimSpace(string(out)); got != want {
				t.Errorf("%s, %s, %s at %s = %s, oathtool says %s", fob.Serial, fob.Hash, fob.Interval, at, got, want)
			}
		}
	}
}

func TestAFobShowsWhatItsOwnClockSays(t *testing.T) {
	w := newWorld(t)
	ahead := w.CodeAt(sim.SerialDrifting, start)
	var right sim.Fob
	for _, fob := range sim.Demo(start).Fobs {
		if fob.Serial == sim.SerialDrifting {
			right = fob
		}
	}
	if want := sim.TOTP(right.Secret, right.Interval, right.Hash, start.Add(right.Drift)); ahead != want {
		t.Errorf("it shows %s, want %s", ahead, want)
	}
	if w.Code("NOBODYS1") != "" {
		t.Error("a fob that does not exist shows a code")
	}
}
