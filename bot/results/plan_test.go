package results

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
)

var (
	out   = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	three = []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}
)

func begun() bot.Readings {
	return bot.Readings{Post: "p", Brand: "b", Account: "a", OutAt: out, Next: out.Add(time.Hour)}
}

func tried(after time.Duration, fault *bot.Error) try {
	n := 3
	t := try{at: out.Add(after), fault: fault}
	if fault == nil {
		t.numbers.Likes = &n
	}
	return t
}

// What a try leaves: how many moments are behind, when it goes on, and what is kept,
// as the moment it was for and its fault.
func TestFollows(t *testing.T) {
	silent := bot.Errorf(bot.Unavailable, "x")
	busy := bot.Errorf(bot.RateLimited, "x")
	busy.RetryAfter = 3 * time.Hour
	lost, since := bot.Errorf(bot.NotFound, "x"), out.Add(time.Hour)
	missing := func(r *bot.Readings) { r.Missing = since }
	type kept struct {
		At, After time.Duration
		Fault     string
	}
	for _, c := range []struct {
		name  string
		from  func(*bot.Readings)
		try   try
		step  int
		tries int
		next  time.Duration // after it went out; 0: never
		kept  []kept
	}{
		{"the first", nil, tried(time.Hour, nil), 1, 0, 24 * time.Hour, []kept{{time.Hour, time.Hour, ""}}},
		{"the last", func(r *bot.Readings) { r.Step = 2 }, tried(168*time.Hour, nil), 3, 0, 0, []kept{{168 * time.Hour, 168 * time.Hour, ""}}},
		{"two moments passed, read once", nil, tried(30*time.Hour, nil), 2, 0, 168 * time.Hour, []kept{{30 * time.Hour, 24 * time.Hour, ""}}},
		{"all moments passed, read once", nil, tried(999*time.Hour, nil), 3, 0, 0, []kept{{999 * time.Hour, 168 * time.Hour, ""}}},
		{"somebody asks before the first", nil, tried(time.Minute, nil), 0, 0, time.Hour, []kept{{time.Minute, 0, ""}}},
		{"somebody asks when all is read", func(r *bot.Readings) { r.Step = 3 }, tried(400*time.Hour, nil), 3, 0, 0, []kept{{400 * time.Hour, 0, ""}}},
		{"silence is tried again", nil, tried(time.Hour, silent), 0, 1, time.Hour + time.Minute, nil},
		{"and later each time", func(r *bot.Readings) { r.Tries = 3 }, tried(2*time.Hour, silent), 0, 4, 2*time.Hour + 8*time.Minute, nil},
		{"never later than by an hour", func(r *bot.Readings) { r.Tries = 60 }, tried(9*time.Hour, silent), 0, 61, 10 * time.Hour, nil},
		{"as late as the network wants", nil, tried(time.Hour, busy), 0, 1, 4 * time.Hour, nil},
		{"not beyond the next moment", nil, tried(22*time.Hour, busy), 0, 1, 24 * time.Hour, nil},
		{
			"at the next moment it is given up", func(r *bot.Readings) { r.Tries = 9 }, tried(24*time.Hour, nil), 2, 0, 168 * time.Hour,
			[]kept{{time.Hour, time.Hour, "unavailable"}, {24 * time.Hour, 24 * time.Hour, ""}},
		},
		{
			"and the next begins anew", func(r *bot.Readings) { r.Tries = 9 }, tried(24*time.Hour, silent), 1, 1, 24*time.Hour + time.Minute,
			[]kept{{time.Hour, time.Hour, "unavailable"}},
		},
		{"the last is tried for a day", func(r *bot.Readings) { r.Step, r.Tries = 2, 20 }, tried(191*time.Hour, silent), 2, 21, 192 * time.Hour, nil},
		{
			"and then given up", func(r *bot.Readings) { r.Step, r.Tries = 2, 40 }, tried(193*time.Hour, silent), 3, 0, 0,
			[]kept{{168 * time.Hour, 168 * time.Hour, "unavailable"}},
		},
		{"who asks is told after some tries", func(r *bot.Readings) { r.Tries = 4 }, tried(30*time.Minute, silent), 0, 0, time.Hour, []kept{{30 * time.Minute, 0, "unavailable"}}},
		{"what is not there is asked for again", nil, tried(time.Hour, lost), 0, 0, 75 * time.Minute, nil},
		{"not sooner because somebody asks", missing, tried(70*time.Minute, lost), 0, 0, 75 * time.Minute, nil},
		{"and is gone then", missing, tried(75*time.Minute, lost), 3, 0, 0, []kept{{75 * time.Minute, time.Hour, "not found"}}},
		{"or there again", missing, tried(75*time.Minute, nil), 1, 0, 24 * time.Hour, []kept{{75 * time.Minute, time.Hour, ""}}},
	} {
		from := begun()
		if c.from != nil {
			c.from(&from)
		}
		got, list := follows(from, three, c.try)
		want := from
		want.Step, want.Tries, want.Next = c.step, c.tries, time.Time{}
		if c.next > 0 {
			want.Next = out.Add(c.next)
		}
		switch {
		case c.try.fault == nil:
			want.Missing = time.Time{}
		case c.try.fault == lost:
			want.Missing = since
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		var told []kept
		for _, r := range list {
			told = append(told, kept{r.At.Sub(out), r.After, r.Fault})
		}
		if d := cmp.Diff(c.kept, told); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestMoments(t *testing.T) {
	b := bot.Brand{Results: []time.Duration{24 * time.Hour, time.Hour, time.Hour}}
	if d := cmp.Diff([]time.Duration{time.Hour, 24 * time.Hour}, moments(&b)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(three, moments(&bot.Brand{})); d != "" {
		t.Error(d)
	}
}

func TestTicks(t *testing.T) {
	for last, want := range map[float64][]float64{
		1:   {0, 0.25, 0.5, 0.75, 1},
		24:  {0, 6, 12, 18, 24},
		30:  {0, 6, 12, 18, 24, 30},
		168: {0, 48, 96, 144},
	} {
		if d := cmp.Diff(want, ticks(last)); d != "" {
			t.Errorf("%v: %s", last, d)
		}
	}
	for _, last := range []float64{0, 1e-9, 0.01, 1e6, 1e12} {
		if n := len(ticks(last)); n < 1 || n > 7 {
			t.Errorf("%v: %d ticks", last, n)
		}
	}
}
