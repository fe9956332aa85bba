package transcript

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/internal/app"
	"ponte/internal/i18n"
)

// away is what a team has in any chat but the built-in one: people and channels, who
// belongs where, and what Ponte says there by itself.
type away struct {
	platform, space string
	words           *i18n.Catalogue
	brands          []bot.Brand       // as they are there
	users           map[string]string // ids, by name
}

// elsewhere is such a chat: a Ponte serves it, and what it shows can be held against
// what a story says.
type elsewhere interface {
	chat
	serves(cfg *app.Config)
	alike(want, shown []string, alone bool) (said, seen []string)
}

// moves brings the brands' people and channels there. Who is not of a channel may walk in.
func (a *away) moves(brands []bot.Brand, enters func(name string) (user string), opens func(name string, members []string) (channel string)) (err error) {
	if a.words, err = i18n.Load(); err != nil {
		return err
	}
	a.users = map[string]string{}
	for _, b := range brands {
		b.Channels, b.People = slices.Clone(b.Channels), slices.Clone(b.People)
		for i := range b.People {
			p := &b.People[i]
			a.users[p.Name] = enters(p.Name)
			p.Users = append(slices.Clone(p.Users), a.platform+"/"+a.space+"/"+a.users[p.Name])
		}
		for i := range b.Channels {
			c := &b.Channels[i]
			var members []string
			for _, p := range b.People {
				if c.Sees(p) {
					members = append(members, a.users[p.Name])
				}
			}
			c.Platform, c.Space = a.platform, a.space
			c.Remote = opens(string(b.ID)+"-"+c.Remote, members)
		}
		a.brands = append(a.brands, b)
	}
	return nil
}

// belongs tells whether a channel is for somebody. Others may walk in, and are not spoken of.
func (a *away) belongs(user, channel string) bool {
	for _, b := range a.brands {
		p, _ := b.PersonFor(bot.Actor{Platform: a.platform, Space: a.space, User: user})
		if slices.ContainsFunc(b.Channels, func(c bot.Channel) bool { return c.Remote == channel && c.Sees(p) }) {
			return true
		}
	}
	return false
}

// says prints what the chat's cards say by themselves, in every language.
func (a *away) says(key string, args ...card.Arg) (all []string) {
	for _, l := range bot.Langs {
		all = append(all, a.words.Print(l, madrid, card.W(key, args...)))
	}
	return all
}

func (a *away) networks() (all []string) {
	for _, b := range a.brands {
		for _, account := range b.Accounts {
			all = append(all, account.Network)
		}
	}
	return all
}

// reactions are the lines that say what those who belong in a channel put on a message.
func (a *away) reactions(channel string, users map[string][]string) (lines []string) {
	for _, sign := range slices.Sorted(maps.Keys(users)) {
		n := len(slices.DeleteFunc(slices.Clone(users[sign]), func(user string) bool { return !a.belongs(user, channel) }))
		if n > 0 {
			lines = append(lines, fmt.Sprintf("  %s %d", sign, n))
		}
	}
	return lines
}

// inElsewhere has a story told in another chat, without the steps that differ there.
func inElsewhere(differ map[string]string, opens func(t testing.TB, brands []bot.Brand) (elsewhere, error)) func(*story) error {
	return func(s *story) error {
		p := s.ponte
		var w elsewhere
		p.ready = func(cfg *app.Config) (err error) {
			if w == nil {
				if w, err = opens(p.t, cfg.Brands); err != nil {
					return err
				}
				s.chat, s.alike = w, w.alike
			}
			w.serves(cfg)
			return nil
		}
		s.differs = differ
		return nil
	}
}

// toldElsewhere tells all stories in another chat, but for what differs there.
func toldElsewhere(t *testing.T, differs map[string]map[string]string, in func(differ map[string]string) func(*story) error) {
	if raced {
		t.Skip("they take their time under the race detector, and are told without")
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	left := maps.Clone(differs)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(body)
		line := 1 + strings.Count(string(archive.Comment), "\n")
		for _, f := range archive.Files {
			line++ // its name
			from := line
			line += strings.Count(string(f.Data), "\n")
			name := strings.TrimSuffix(filepath.Base(file), ".txt") + "/" + f.Name
			delete(left, name)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				differ := differs[name]
				if differ[""] != "" {
					t.Skip(differ[""])
				}
				for step := range differ {
					if !slices.Contains(strings.Split(string(f.Data), "\n"), step) {
						t.Errorf("no step is %q", step)
					}
				}
				if _, err := retold(t, file, string(f.Data), from, false, in(differ)); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	for name := range left {
		t.Errorf("no story is %q", name)
	}
}

const (
	noRole   = "who is in a channel is the chat's affair; talk and signs there of people without a role mean nothing, and are not spoken of"
	noUpload = "a window of the chat's takes no pictures: they come with a message, as in another story"
)

// ownWords stands for what a client says by itself where it does not let people do
// something. Ponte does not hear of it.
const ownWords = "…"

var (
	labels = regexp.MustCompile(`^ *\[[^\]]+\]( \|)?( \[[^\]]+\]( \|)?)*$`)
	counts = regexp.MustCompile(`\((\d+) \w+\)`)
	many   = regexp.MustCompile(`^(  .+: \w{64}.*) \(10 \)$`)
	label  = regexp.MustCompile(`\[[^\]]+\]`)

	glyph   = regexp.MustCompile(`^( *)▣ `)
	nothing = regexp.MustCompile(`^  [^:]+:  \(10 \)$`)
)

const noPictures = "  (no pictures)"

// alike makes what a story says and what the chat shows comparable. Everybody in a
// channel reads the same message: its buttons are everybody's, and what a story
// says of one person's is among them. What only one person is shown has no more
// than theirs. A window says how long a text may be, and not in what it is counted.
func (a *away) alike(want, shown []string, alone bool) (said, seen []string) {
	if slices.Equal(shown, []string{ownWords}) || a.stranger(want, shown) {
		return want, want
	}
	for _, l := range want {
		for _, open := range a.says("calendar.open") { // who reads elsewhere does not reach the page of this machine
			l = strings.Replace(l, "["+open+"]", "", 1)
		}
		if l = plainer(l); strings.TrimSpace(l) != "" {
			said = append(said, l)
		}
	}
	for _, l := range shown {
		if l = plainer(l); strings.HasPrefix(l, "✓ "+a.platform+" ") {
			continue
		}
		at := len(seen)
		if !labels.MatchString(l) {
			seen = append(seen, l)
			continue
		}
		all := label.FindAllString(l, -1)
		if at < len(said) && labels.MatchString(said[at]) {
			theirs := label.FindAllString(said[at], -1)
			missing := slices.ContainsFunc(theirs, func(one string) bool { return !slices.Contains(all, one) })
			if !missing && (!alone || len(all) == len(theirs)) {
				l = said[at]
			}
			seen = append(seen, l)
		} else if alone {
			seen = append(seen, l)
		}
	}
	return said, seen
}

// stranger tells whether somebody is shown the door, which other chats do in other words.
func (a *away) stranger(want, shown []string) bool {
	return len(want) == 1 && len(shown) == 1 && slices.Contains(append(a.says("console.not_yours"), a.says("console.message_gone")...), want[0]) &&
		slices.Contains(append(a.says("error.stranger"), a.says("error.room")...), shown[0])
}

// plainer leaves out of a line what only the built-in chat tells.
func plainer(l string) string {
	if nothing.MatchString(l) {
		return noPictures
	}
	l = many.ReplaceAllString(l, "$1")
	return counts.ReplaceAllString(glyph.ReplaceAllString(l, "$1"), "($1)")
}

var digits = regexp.MustCompile(`\d[\d.,]*`)

// most is how long a text may be, as a hint of the chat's says under a key.
func (a *away) most(key, hint string) string {
	for _, found := range digits.FindAllString(hint, -1) {
		n, err := strconv.Atoi(strings.NewReplacer(".", "", ",", "").Replace(strings.TrimRight(found, ".,")))
		if err == nil && slices.ContainsFunc(a.says(key, card.Count("Count", n)), func(most string) bool { return strings.HasSuffix(hint, most) }) {
			return strconv.Itoa(n)
		}
	}
	return ""
}
