package app

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ponte/bot"
	"ponte/bot/act"
)

// says has somebody type a command, and returns what they are answered.
func (l live) says(who, text string) string {
	l.t.Helper()
	ans, err := l.app.Hear(l.t.Context(), act.Commanded{
		Scene: act.Scene{Who: bot.Actor{Platform: "console", Space: "acme", User: who}, At: act.Place{Platform: "console", Space: "acme", Channel: "inbox"}}, Text: text,
	})
	if err != nil || ans.Notice == nil {
		l.t.Fatalf("%s: %v %v", text, ans, err)
	}
	var out []string
	for _, b := range ans.Notice.Blocks {
		if b.Words != nil {
			out = append(out, b.Words.Text)
		}
	}
	return strings.Join(out, "\n")
}

// reads asks for an address, as somebody where a name is given.
func (l live) reads(address, as string) (int, string) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	if as != "" {
		r.AddCookie(&http.Cookie{Name: "ponte_as", Value: url.QueryEscape(as)})
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// staffed starts a Ponte with two brands and people in each.
func staffed(t *testing.T) live {
	t.Helper()
	person := func(brand, id string, roles ...bot.Role) bot.Person {
		return bot.Person{ID: bot.PersonID(id), Name: id, Roles: roles, Users: []string{"console/" + brand + "/" + id}}
	}
	l := start(t, t.TempDir(), "", 0)
	acme, other := one(), one()
	acme.Channels = append(acme.Channels, bot.Channel{ID: "approvals", Platform: "console", Space: "acme", Remote: "approvals", Restricted: []bot.Role{bot.Manager, bot.Approver}})
	acme.Approvals = bot.Approvals{Channel: "approvals", Quorum: map[bot.Matter]int{bot.PostMatter: 0}}
	acme.People = []bot.Person{person("acme", "tom", bot.Manager), person("acme", "sam", bot.Observer)}
	other.ID, other.Name, other.Accounts, other.Channels[0].Space = "other", "Other", nil, "other"
	other.People = []bot.Person{person("other", "olga", bot.Manager)}
	cfg := l.app.cfg
	cfg.Brands = []bot.Brand{acme, other}
	if err := l.app.Reload(cfg); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFeedFromChatToCalendar(t *testing.T) {
	l := staffed(t)
	defer l.stop()
	said := l.says("tom", "/ponte calendar feed")
	address, _, _ := strings.Cut(said, "\n")
	if !strings.HasPrefix(address, l.app.PublicURL()+"/calendar/") || !strings.Contains(said, "shown this once") {
		t.Fatalf("he is answered %q", said)
	}
	if status, body := l.reads(address, ""); status != http.StatusOK || !strings.HasPrefix(body, "BEGIN:VCALENDAR\r\n") {
		t.Errorf("the feed is answered %d: %s", status, body)
	}
	secret := strings.TrimSuffix(address[strings.LastIndex(address, "/")+1:], ".ics")
	if again := l.says("tom", "/ponte calendar feed"); strings.Contains(again, secret) || !strings.Contains(again, "made by tom") {
		t.Errorf("asked again, he is answered %q", again)
	}
	said = l.says("tom", "/ponte calendar feed rotate")
	next, _, _ := strings.Cut(said, "\n")
	if !strings.Contains(said, "The one before is dead") || next == address {
		t.Errorf("he is answered %q", said)
	}
	if was, _ := l.reads(address, ""); was != http.StatusNotFound {
		t.Errorf("the address before is answered %d", was)
	}
	if is, _ := l.reads(next, ""); is != http.StatusOK {
		t.Errorf("the new address is answered %d", is)
	}
	if inside, _ := l.reads(strings.Replace(next, l.app.PublicURL(), l.app.ConsoleURL(), 1), "acme/tom"); inside != http.StatusNotFound {
		t.Errorf("the console answers a feed with %d", inside)
	}
	l.says("tom", "/ponte calendar feed off")
	if was, _ := l.reads(next, ""); was != http.StatusNotFound {
		t.Errorf("a feed that is off is answered %d", was)
	}
	l.says("tom", "/ponte calendar feed")
	last, _, _ := strings.Cut(l.says("tom", "/ponte calendar feed rotate"), "\n")
	cfg := l.app.cfg
	cfg.Brands = []bot.Brand{one()}
	cfg.Brands[0].ID = "elsewhere"
	if err := l.app.Reload(cfg); err != nil {
		t.Fatal(err)
	}
	if status, _ := l.reads(last, ""); status != http.StatusNotFound {
		t.Errorf("the feed of a brand that is gone is answered %d", status)
	}
}

func TestWhoSeesTheCalendarsPage(t *testing.T) {
	l := staffed(t)
	defer l.stop()
	for _, c := range []struct {
		as, brand string
		want      int
	}{
		{"acme/tom", "acme", http.StatusOK}, {"other/olga", "other", http.StatusOK},
		{"acme/tom", "other", http.StatusNotFound}, {"other/olga", "acme", http.StatusNotFound}, {"acme/olga", "acme", http.StatusNotFound},
		{"acme/sam", "acme", http.StatusNotFound}, // the channel of decisions is not for observers here
		{"acme/tom", "nobody", http.StatusNotFound},
	} {
		status, body := l.reads(l.app.ConsoleURL()+"/calendar/"+c.brand, c.as)
		if status != c.want || status != http.StatusOK && strings.Contains(body, "<table") {
			t.Errorf("%s asks for %s and is answered %d, want %d", c.as, c.brand, status, c.want)
		}
	}
	if status, _ := l.reads(l.app.PublicURL()+"/calendar/acme", "acme/tom"); status != http.StatusNotFound {
		t.Errorf("the public side answers the page with %d", status)
	}
	if status, body := l.reads(l.app.ConsoleURL()+"/c/acme", "acme/tom"); status != http.StatusOK || !strings.Contains(body, `href="/calendar/acme"`) {
		t.Errorf("the console does not lead there: %d", status)
	}
	if _, body := l.reads(l.app.ConsoleURL()+"/c/acme", "acme/sam"); strings.Contains(body, `href="/calendar/acme"`) {
		t.Error("the console leads somebody there who may not see it")
	}
}
