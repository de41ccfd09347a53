package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/session"
	"fobdesk/internal/station"
)

var _ station.Rows = (*Store)(nil)

func stationOf(id, name string) station.Station {
	return station.Station{ID: id, Name: name, Place: "Ground floor", Language: "de", Maker: "ada", Created: noon}
}

func pairingOf(id, code string) station.Pairing {
	return station.Pairing{Station: id, Code: []byte(code), Sealed: []byte("sealed " + code), Until: noon.Add(10 * time.Minute)}
}

func mustMake(t testing.TB, s *Store, st station.Station, code string) {
	t.Helper()
	if err := s.InsertStation(t.Context(), st, pairingOf(st.ID, code)); err != nil {
		t.Fatal(err)
	}
}

// tryOf tries a code at noon and some time; key is what the browser gets.
func tryOf(code, key string, after time.Duration) station.Try {
	return station.Try{Code: []byte(code), Key: key, ID: key, Limit: "pairing:home", Max: 2, Window: time.Hour, At: noon.Add(after)}
}

func wantStation(t testing.TB, s *Store, want station.Station) {
	t.Helper()
	got, err := s.FindStation(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAStationIsKeptAsItIs(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		want := stationOf("1", "Reception")
		mustMake(t, s, want, "code")
		wantStation(t, s, want)
		got, err := s.FindPairing(t.Context(), "1")
		if diff := cmp.Diff(pairingOf("1", "code"), got); err != nil || diff != "" {
			t.Errorf("its pairing: %v %s", err, diff)
		}
		if err := s.InsertStation(t.Context(), stationOf("2", "Reception"), pairingOf("2", "other")); !errors.Is(err, station.ErrTaken) {
			t.Errorf("another of its name: %v", err)
		}
		if err := s.RenameStation(t.Context(), want); err != nil {
			t.Errorf("renamed to its own name: %v", err)
		}
		for what, err := range map[string]error{
			"station": second(s.FindStation(t.Context(), "2")), "key": second(s.StationOfKey(t.Context(), "")),
			"pairing": second(s.FindPairing(t.Context(), "2")), "rename": s.RenameStation(t.Context(), stationOf("2", "X")),
			"renew": s.RenewPairing(t.Context(), pairingOf("2", "x"), "ben"),
		} {
			if !errors.Is(err, station.ErrNone) {
				t.Errorf("%s of what is not there: %v", what, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestKSK07AKeyTakesTheOneBeforeAndTheVisitsWithIt(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustMake(t, s, stationOf("1", "Reception"), "first")
		for i, code := range []string{"first", "second"} {
			if i > 0 {
				visit := signedIn("visit")
				visit.Station = "1"
				mustInsert(t, s, visit, "")
				wantRow(t, s, visit)
				if err := s.RenewPairing(t.Context(), pairingOf("1", code), "ben"); err != nil {
					t.Fatal(err)
				}
			}
			if _, wait, err := s.PairStation(t.Context(), tryOf(code, "key of "+code, time.Minute)); err != nil || wait != 0 {
				t.Fatalf("%s: %v, %v", code, wait, err)
			}
		}
		if err := second(s.StationOfKey(t.Context(), "key of first")); !errors.Is(err, station.ErrNone) {
			t.Errorf("the key before: %v", err)
		}
		found, err := s.StationOfKey(t.Context(), "key of second")
		want := stationOf("1", "Reception")
		want.Maker, want.Paired, want.Seen = "ben", noon.Add(time.Minute), noon.Add(time.Minute)
		if diff := cmp.Diff(want, found); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if row, err := s.FindSession(t.Context(), "visit"); err != nil || row.Ended.IsZero() || len(row.Sealed) > 0 {
			t.Errorf("the visit at the browser before lives: %+v, %v", row, err)
		}
	})
}

func TestKSK07WrongCodesCountAndRightOnesDoNot(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustMake(t, s, stationOf("1", "One"), "one")
		mustMake(t, s, stationOf("2", "Two"), "two")
		for i, step := range []struct {
			try  station.Try
			err  error
			wait time.Duration
		}{
			{tryOf("wrong", "a", 0), station.ErrNone, 0},
			{tryOf("one", "b", 0), nil, 0},
			{tryOf("one", "c", 0), station.ErrNone, 0}, // used
			{tryOf("two", "d", time.Minute), nil, 59 * time.Minute},
			{tryOf("two", "e", time.Hour), station.ErrNone, 0}, // late, and the window has slid past the others
		} {
			_, wait, err := s.PairStation(t.Context(), step.try)
			if !errors.Is(err, step.err) || wait != step.wait {
				t.Errorf("step %d: %v, %v, want %v, %v", i+1, wait, err, step.wait, step.err)
			}
		}
		malformed := tryOf("", "f", time.Hour)
		malformed.Code = nil
		if _, _, err := s.PairStation(t.Context(), malformed); !errors.Is(err, station.ErrNone) {
			t.Errorf("no code at all: %v", err)
		}
		if _, wait, _ := s.PairStation(t.Context(), tryOf("x", "g", time.Hour)); wait == 0 {
			t.Error("what can be no code was not counted")
		}
		if err := s.PurgeLedger(t.Context(), noon.Add(3*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := second(s.FindPairing(t.Context(), "2")); !errors.Is(err, station.ErrNone) {
			t.Errorf("a pairing that is late is kept: %v", err)
		}
	})
}

func TestKSK07ARevokedStationsVisitsEndInTheSameStep(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustMake(t, s, stationOf("1", "Reception"), "one")
		mustMake(t, s, stationOf("2", "Canteen"), "two")
		visit, elsewhere, ordinary := signedIn("visit"), signedIn("elsewhere"), signedIn("ordinary")
		visit.Station, elsewhere.Station = "1", "2"
		for _, row := range []session.Row{visit, elsewhere, ordinary} {
			mustInsert(t, s, row, "")
			wantRow(t, s, row)
		}
		if first, err := s.RevokeStation(t.Context(), "1", noon); err != nil || !first {
			t.Fatalf("%t, %v", first, err)
		}
		if row, err := s.FindSession(t.Context(), "visit"); err != nil || row.Ended.IsZero() || len(row.Sealed) > 0 {
			t.Errorf("its visit lives: %+v, %v", row, err)
		}
		wantRow(t, s, elsewhere)
		wantRow(t, s, ordinary)
		if _, _, err := s.PairStation(t.Context(), tryOf("one", "a", 0)); !errors.Is(err, station.ErrNone) {
			t.Errorf("its code: %v", err)
		}
		if err := s.RenameStation(t.Context(), stationOf("2", "Reception")); err != nil {
			t.Errorf("its name for another: %v", err)
		}
		if err := s.RenameStation(t.Context(), stationOf("1", "X")); !errors.Is(err, station.ErrNone) {
			t.Errorf("another name for it: %v", err)
		}
		all, err := s.Stations(t.Context())
		if err != nil || len(all) != 2 || all[0].ID != "2" || !all[1].Revoked.Equal(noon) {
			t.Errorf("the list is %+v, %v", all, err)
		}
	})
}

func TestAStationsTimesOnlyGoForward(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		want := stationOf("1", "Reception")
		mustMake(t, s, want, "one")
		want.Seen, want.Acted, want.MissingAuthTime = noon.Add(time.Minute), noon, noon
		earlier := want
		earlier.Seen, earlier.Acted, earlier.MissingAuthTime = noon, time.Time{}, time.Time{}
		for _, mark := range []station.Station{want, earlier} {
			if err := s.MarkStation(t.Context(), mark); err != nil {
				t.Fatal(err)
			}
		}
		want.MissingAuthTime = time.Time{}
		wantStation(t, s, want)
	})
}

func TestAPurgeEndsIdleVisitsOrIdleSessions(t *testing.T) {
	for name, visits := range map[string]bool{"visits": true, "ordinary sessions": false} {
		t.Run(name, func(t *testing.T) {
			eachDatabase(t, func(t *testing.T, s *Store) {
				visit, ordinary := signedIn("visit"), signedIn("ordinary")
				visit.Station = "1"
				mustInsert(t, s, visit, "")
				mustInsert(t, s, ordinary, "")
				if err := s.PurgeSessions(t.Context(), visits, noon, noon.Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				for _, row := range []session.Row{visit, ordinary} {
					got, err := s.FindSession(t.Context(), row.Key)
					if ended := !got.Ended.IsZero(); err != nil || ended != ((row.Station != "") == visits) {
						t.Errorf("%s is ended: %t, %v", row.Key, ended, err)
					}
				}
			})
		})
	}
}
