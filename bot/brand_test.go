package bot

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot/verdict"
)

func aurora() *Brand {
	return &Brand{
		ID: "aurora", Language: Spanish, Zone: "Europe/Madrid",
		Accounts: []Account{{ID: "plaza:aurora"}, {ID: "news:aurora"}},
		Channels: []Channel{
			{ID: "other", Platform: "chat", Space: "aurora", Remote: "r0"},
			{ID: "inbox", Platform: "chat", Space: "aurora", Remote: "r1", Default: true},
			{ID: "private", Platform: "chat", Space: "aurora", Remote: "r2", Direct: true, Restricted: []Role{Manager, Approver}},
			{ID: "refunds", Platform: "chat", Space: "aurora", Remote: "r3"},
		},
		People: []Person{
			{ID: "nameless", Roles: []Role{Observer}},
			{ID: "ana", Name: "Ana Ruiz", Roles: []Role{Manager, Strategist}, Users: []string{"chat/aurora/ana", "other//u1"}},
			{ID: "leo", Name: "Leo", Roles: []Role{Observer}, Language: Italian, Users: []string{"chat/aurora/leo"}},
			{ID: "gone", Name: "Gone"},
		},
		Routes: []Route{
			{Keywords: []string{"gibt es nicht"}, Channel: "nowhere"},
			{Keywords: []string{"refund", "money back"}, Channel: "refunds"},
			{Account: "news:aurora", Kind: Review, Channel: "other"},
			{Keywords: []string{"refund"}, Channel: "inbox"},
		},
	}
}

func TestRouteFor(t *testing.T) {
	cases := []struct {
		name string
		item Item
		want string
	}{
		{"nothing matches", Item{Kind: Comment, Text: "hello"}, "inbox"},
		{"a keyword, the first route wins", Item{Kind: Comment, Text: "I want a REFUND, now."}, "refunds"},
		{"two words", Item{Kind: Comment, Text: "my money, back"}, "refunds"},
		{"part of a word", Item{Kind: Comment, Text: "refunding and money backed"}, "inbox"},
		{"account and kind", Item{Account: "news:aurora", Kind: Review, Text: "nice"}, "other"},
		{"account without the kind", Item{Account: "news:aurora", Kind: Comment}, "inbox"},
		{"kind without the account", Item{Account: "plaza:aurora", Kind: Review}, "inbox"},
		{"a route to no channel is passed over", Item{Kind: Comment, Text: "Gibt es nicht! Refund"}, "refunds"},
		{"a direct message, whatever its words", Item{Kind: Direct, Text: "refund"}, "private"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := aurora().RouteFor(&tc.item); got.ID != tc.want {
				t.Errorf("got %q, want %q", got.ID, tc.want)
			}
		})
	}
	b := aurora()
	b.Routes = []Route{{Kind: Direct, Channel: "refunds"}}
	if got := b.RouteFor(&Item{Kind: Direct}); got.ID != "refunds" {
		t.Errorf("a route that names direct messages: got %q", got.ID)
	}
	b.Routes, b.Channels = nil, b.Channels[:1]
	for _, kind := range ItemKinds {
		if got := b.RouteFor(&Item{Kind: kind}); got.ID != "other" {
			t.Errorf("%s with one channel that takes nothing: got %q", kind, got.ID)
		}
	}
	b.Channels = nil
	if diff := cmp.Diff(Channel{}, b.RouteFor(&Item{})); diff != "" {
		t.Error(diff)
	}
}

func TestPersonCalled(t *testing.T) {
	for name, want := range map[string]PersonID{
		"ana": "ana", "ANA": "ana", "@ana": "ana", " @Ana ": "ana", "ana ruiz": "ana", "@Ana Ruiz": "ana", "nameless": "nameless",
		"": "", "@": "", "Ruiz": "", "@@ana": "", "stranger": "",
	} {
		p, ok := aurora().PersonCalled(name)
		if p.ID != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", name, p.ID, ok, want)
		}
	}
}

func TestPersonFor(t *testing.T) {
	for actor, want := range map[Actor]PersonID{
		{Platform: "chat", Space: "aurora", User: "ana", Name: "Leo"}: "ana",
		{Platform: "other", User: "u1"}:                               "ana",
		{Platform: "chat", Space: "boreal", User: "ana"}:              "",
		{Platform: "other", Space: "aurora", User: "ana"}:             "",
		{}: "",
	} {
		p, ok := aurora().PersonFor(actor)
		if p.ID != want || ok != (want != "") {
			t.Errorf("%v: got %q, %v, want %q", actor, p.ID, ok, want)
		}
	}
}

func TestSees(t *testing.T) {
	b := aurora()
	see := func(channel string, p PersonID) bool {
		c, _ := b.Channel(channel)
		who, _ := b.Person(p)
		return c.Sees(who)
	}
	for _, tc := range []struct {
		channel string
		person  PersonID
		want    bool
	}{
		{"inbox", "ana", true}, {"inbox", "leo", true}, {"inbox", "gone", false}, {"inbox", "nobody", false},
		{"private", "ana", true}, {"private", "leo", false}, {"private", "gone", false}, {"private", "nobody", false},
	} {
		if got := see(tc.channel, tc.person); got != tc.want {
			t.Errorf("%s sees %s: got %v", tc.person, tc.channel, got)
		}
	}
}

func TestSpeaks(t *testing.T) {
	b := aurora()
	for p, want := range map[PersonID]Lang{"leo": Italian, "ana": Spanish} {
		if who, _ := b.Person(p); b.Speaks(who) != want {
			t.Errorf("%s: got %s, want %s", p, b.Speaks(who), want)
		}
	}
	if got := new(Brand).Speaks(Person{}); got != English {
		t.Errorf("no language: got %s", got)
	}
	if got := b.Location().String(); got != "Europe/Madrid" {
		t.Errorf("zone: got %s", got)
	}
	if got := (&Brand{Zone: "No/Such"}).Location(); got != time.UTC {
		t.Errorf("unknown zone: got %s", got)
	}
}

func TestBrandsAreKeptApart(t *testing.T) {
	boreal := aurora()
	boreal.ID, boreal.Accounts = "boreal", []Account{{ID: "plaza:boreal"}}
	boreal.Channels = []Channel{{ID: "inbox", Platform: "chat", Space: "boreal", Remote: "r1"}}
	bs := NewBrands(*aurora(), *boreal)
	for id, want := range map[AccountID]BrandID{"plaza:aurora": "aurora", "news:aurora": "aurora", "plaza:boreal": "boreal", "plaza": ""} {
		b, a, ok := bs.Owning(id)
		if ok != (want != "") || ok && (b.ID != want || a.ID != id) {
			t.Errorf("%s: got %v, %v", id, b, ok)
		}
	}
	for _, tc := range []struct {
		platform, space, remote string
		brand                   BrandID
		channel                 string
	}{
		{"chat", "aurora", "r1", "aurora", "inbox"},
		{"chat", "boreal", "r1", "boreal", "inbox"},
		{"chat", "boreal", "r2", "", ""},
		{"chat", "", "r1", "", ""},
		{"other", "aurora", "r1", "", ""},
	} {
		b, c, ok := bs.Room(tc.platform, tc.space, tc.remote)
		if ok != (tc.brand != "") || ok && (b.ID != tc.brand || c.ID != tc.channel) {
			t.Errorf("%v: got %v, %v, %v", tc, b, c, ok)
		}
	}
	if b, ok := bs.Brand("boreal"); !ok || b.ID != "boreal" {
		t.Errorf("got %v, %v", b, ok)
	}
	if _, ok := bs.Brand("nobody"); ok || len(bs.All()) != 2 {
		t.Error("found a brand that is not there, or not all that are")
	}
}

func TestAsksIn(t *testing.T) {
	managers, both := []Role{Manager}, []Role{Manager, Approver}
	for name, c := range map[string]struct {
		decides, of []Role
		private     bool
		want        string
	}{
		"both open":                  {nil, nil, false, "decides"},
		"decided among fewer":        {managers, nil, false, "decides"},
		"read by fewer":              {nil, managers, false, "of"},
		"the same":                   {managers, managers, false, "decides"},
		"decided among some of them": {managers, both, false, "decides"},
		"decided among others too":   {both, managers, false, "of"},
		"private":                    {managers, nil, true, "of"},
	} {
		b := Brand{Channels: []Channel{{ID: "decides", Restricted: c.decides}, {ID: "of", Restricted: c.of}}, Approvals: Approvals{Channel: "decides"}}
		if got := b.AsksIn(&Conversation{Channel: "of", Private: c.private}).ID; got != c.want {
			t.Errorf("%s: asks in %s, want %s", name, got, c.want)
		}
	}
}

func TestRoutesByVerdict(t *testing.T) {
	b := Brand{
		Channels: []Channel{{ID: "inbox", Default: true}, {ID: "care"}, {ID: "italian"}},
		Routes: []Route{
			{Verdict: verdict.Wants{Urgent: true}, Channel: "care"},
			{Verdict: verdict.Wants{Language: "it", Intent: "question"}, Channel: "italian"},
		},
	}
	sure := func(is string) verdict.Answer { return verdict.Answer{Is: is, Sure: true} }
	for what, c := range map[string]struct {
		v    *verdict.Verdict
		want string
	}{
		"no verdict":             {nil, "inbox"},
		"urgent":                 {&verdict.Verdict{Urgency: sure(verdict.High)}, "care"},
		"perhaps urgent":         {&verdict.Verdict{Urgency: verdict.Answer{Is: verdict.High}}, "inbox"},
		"a question in Italian":  {&verdict.Verdict{Language: sure("it"), Intent: sure("question")}, "italian"},
		"a complaint in Italian": {&verdict.Verdict{Language: sure("it"), Intent: sure("complaint")}, "inbox"},
	} {
		if got := b.RouteFor(&Item{Verdict: c.v}).ID; got != c.want {
			t.Errorf("%s goes to %s, want %s", what, got, c.want)
		}
	}
}
