package app

import (
	"testing"
	"time"
)

func TestJump(t *testing.T) {
	last := time.Now()
	if by := jump(last, last.Add(10*time.Second)); by != 0 {
		t.Errorf("an ordinary ten seconds jump by %s", by)
	}
	// A wall clock alone, as after a suspension, has no time that passed to compare with.
	if by := jump(last.Round(0), last.Add(time.Hour).Round(0)); by != 0 {
		t.Errorf("without a running clock it jumps by %s", by)
	}
}
