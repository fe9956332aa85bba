package crashtest

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

const (
	fewKills = 5   // where nobody says how many
	round    = 200 // kills over one folder
)

// TestRandomKills kills Ponte at random moments while everybody goes on.
func TestRandomKills(t *testing.T) {
	kills := fewKills
	if text := os.Getenv("PONTE_CRASHES"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil || kills < 1 {
			t.Fatalf("PONTE_CRASHES=%s is no number of kills", text)
		}
	}
	for ; kills > 0; kills -= round {
		storm(t, min(kills, round), rand.Uint64())
	}
}

// storm is many kills over one folder.
func storm(t *testing.T, kills int, seed uint64) {
	began := time.Now()
	w := newWorld(t, 60*time.Millisecond)
	w.sink.moods(moody(seed), nil)
	rng := rand.New(rand.NewPCG(seed, 0))
	w.opens(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills)*time.Second+2*patience)
	defer cancel()
	crowd := w.crowd(ctx, seed)
	for len(w.deaths) < kills {
		wait(ctx, time.Duration(20+rng.IntN(380))*time.Millisecond)
		w.serving.kill()
		w.died()
		if rng.IntN(8) == 0 { // and once more before it is up
			p, _ := begin(t, w.order)
			wait(ctx, time.Duration(rng.IntN(100))*time.Millisecond)
			p.kill()
			w.died()
		}
		w.opens(t)
	}
	w.sink.moods(calm, nil)
	if err := crowd.goes(); err != nil {
		t.Error(err)
	}
	if err := w.releases(ctx); err != nil {
		t.Error(err)
	}
	f := w.closes(t, w.serving)
	t.Logf("%d drafts, %d pauses; posts: %v", len(w.drafts), len(w.pauses), f.tally)
	t.Logf("seed %d: %d kills in %.1f s; %d items, %d replies, %d sent again, %d acts asked after, %d left unknown at %s",
		seed, len(w.deaths), time.Since(began).Seconds(), len(w.items), len(w.replies), w.resent.Load(), w.sink.told, f.unknown, onBlind)
}
