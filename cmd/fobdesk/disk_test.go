package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// smallDisk is a folder on a disk of its own, of a few megabytes. Only root can make one.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a disk of a few megabytes takes root to make: not run")
	}
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a disk of a few megabytes can't be made here (%v): not run", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, 0) })
	return folder
}

// fill fills the disk to the last byte, and returns what frees it.
func fill(t *testing.T, disk string) (free func()) {
	t.Helper()
	ballast, err := os.Create(filepath.Join(disk, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = ballast.Write(make([]byte, size))
		}
	}
	if err := ballast.Close(); err != nil {
		t.Fatal(err)
	}
	return func() { _ = os.Remove(ballast.Name()) }
}

func TestFIG04AndFLT08AFullDiskRefusesActsBeforeGraphAndIsOvercome(t *testing.T) {
	disk := smallDisk(t)
	p := e2e.NewProgram(t, program(t), e2e.Setting("FOBDESK_DATABASE_URL", "sqlite:"+filepath.Join(disk, "fobdesk.db")))
	ada := p.SignedIn(t, sim.AdaID)
	if page := ada.Post(t, "/enrol", enrolment(p, sim.SerialGood30)); page.Status != http.StatusSeeOther {
		t.Fatalf("with room the enrolment is answered with %d", page.Status)
	}
	free := fill(t, disk)
	refused := 0
	for i := 0; i < 100 && refused < 3; i++ { // the journal has room for some yet
		serial, sent := sim.BoxSerial(i), writes(p)
		page := ada.Post(t, "/enrol", enrolment(p, serial))
		if page.Status == http.StatusServiceUnavailable && page.Outcome(t) == "unavailable" {
			refused++
			if writes(p) != sent {
				t.Error("Graph was asked although the intent could not be written")
			}
		}
		if device, _ := p.Cloud.Device(serial); device.HolderID != "" {
			ada.Post(t, "/fobs/"+device.ID+"/remove", nil)
		}
	}
	if refused < 3 {
		t.Fatalf("the full disk refused %d acts, want 3", refused)
	}
	if page := ada.Get(t, "/enrol"); page.Status != http.StatusOK {
		t.Errorf("a page that writes nothing answers %d", page.Status)
	}
	free()
	began := time.Now()
	for page := ada.Post(t, "/enrol", enrolment(p, sim.SerialZeros)); page.Status != http.StatusSeeOther; page = ada.Post(t, "/enrol", enrolment(p, sim.SerialZeros)) {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("ten seconds after there is room again: %d %q", page.Status, page.Outcome(t))
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Logf("disk full: %d acts refused before Graph, acts again %v after there was room", refused, time.Since(began).Round(time.Millisecond))
	p.Signal(syscall.SIGTERM)
	p.Wait(t)
	if trail := strings.Join(actsIn(t, p, "sqlite:"+filepath.Join(disk, "fobdesk.db")), ", "); !strings.HasSuffix(trail, "enrol, enrol enrolled") {
		t.Errorf("the trail ends with %q", trail)
	}
}
