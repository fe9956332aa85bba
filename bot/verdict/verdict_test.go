package verdict

import "testing"

func TestWants(t *testing.T) {
	v := &Verdict{
		Language: Answer{Is: "es", Sure: true}, Intent: Answer{Is: "complaint", Sure: true},
		Sentiment: Answer{Is: "negative"}, Urgency: Answer{Is: High, Sure: true},
	}
	for _, c := range []struct {
		wants Wants
		v     *Verdict
		fits  bool
	}{
		{Wants{}, nil, true},
		{Wants{Language: "es"}, nil, false},
		{Wants{Urgent: true}, nil, false},
		{Wants{Language: "es", Intent: "complaint", Urgent: true}, v, true},
		{Wants{Intent: "praise"}, v, false},
		{Wants{Sentiment: "negative"}, v, false}, // it is not sure
		{Wants{Urgent: true}, &Verdict{Urgency: Answer{Is: High}}, false},
	} {
		if got := c.wants.Fits(c.v); got != c.fits {
			t.Errorf("%+v fits %+v: %v", c.wants, c.v, got)
		}
	}
}

func TestWhatPeopleDecidedStays(t *testing.T) {
	was := &Verdict{Intent: Answer{Is: "praise", Sure: true, By: "ana"}, Sentiment: Answer{Is: "negative", Sure: true}, Urgency: Answer{Is: High, Sure: true, By: "ana"}, Level: High}
	v := &Verdict{Intent: Answer{Is: "complaint"}, Sentiment: Answer{Is: "neutral"}, Urgency: Answer{Is: Normal, Sure: true}}
	v.Keep(was)
	if v.Intent != was.Intent || v.Urgency != was.Urgency || v.Level != High || v.Sentiment.Is != "neutral" {
		t.Errorf("it is %+v", v)
	}
	v.Keep(nil)
}

func TestLeaning(t *testing.T) {
	var tally Tally
	c := Correction{Head: Intent, Was: Answer{Is: "complaint", Sure: true}, Right: "praise"}
	for n := range 1000 {
		last := tally.Lean(Intent, "praise")
		tally.Count(&c, 1)
		if now := tally.Lean(Intent, "praise"); now <= last && last < farthest || now > farthest {
			t.Fatalf("after %d corrections it leans by %v, before by %v", n+1, now, last)
		}
	}
	if got := tally.Lean(Intent, "complaint"); got != -farthest {
		t.Errorf("away from complaints it leans by %v", got)
	}
	for range 1000 {
		tally.Count(&c, -1)
	}
	if len(tally.To)+len(tally.From) != 0 || tally.Lean(Intent, "praise") != 0 {
		t.Errorf("with all of them taken back there is %+v", tally)
	}
	tally.Count(&Correction{Head: Intent, Was: Answer{Is: "praise"}, Right: "praise"}, 1)
	if len(tally.To) != 0 {
		t.Error("a guess that was right leans")
	}
}

func TestLevels(t *testing.T) {
	u := &Urgent{Rules: []Rule{{Topic: "recall", Level: "urgent"}}}
	for topic, want := range map[string]string{"recall": "urgent", "allergy": High, "": High} {
		if got := u.Level(topic); got != want {
			t.Errorf("%q is %q, want %q", topic, got, want)
		}
	}
}
