package transcript

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is shown into the stories")

// TestStories tells every story in testdata.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(body)
		line := 1 + strings.Count(string(archive.Comment), "\n")
		whole := true
		for i := range archive.Files {
			f := &archive.Files[i]
			line++ // its name
			from := line
			line += strings.Count(string(f.Data), "\n")
			whole = t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+f.Name, func(t *testing.T) {
				if !*update {
					t.Parallel()
				}
				out, err := retold(t, file, string(f.Data), from, *update, inConsole)
				if err != nil {
					t.Fatal(err)
				}
				if *update {
					f.Data = out
				}
			}) && whole
		}
		if *update && whole {
			if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// retold tells one story and returns it as it went.
func retold(t *testing.T, file, text string, line int, update bool, in func(*story) error) (out []byte, err error) {
	receiver, data := newReceiver(t), folder(t)
	synctest.Test(t, func(t *testing.T) {
		p := &ponte{t: t, given: usual(), replies: receiver.URL, data: data, log: &diary{}}
		s := &story{
			name: file, update: update, steps: parse(text, line), ponte: p, square: &square{p: p, mine: map[string]comment{}},
			receiver: receiver, people: map[string]*somebody{},
		}
		if err = in(s); err == nil {
			err = errors.Join(s.tell(), p.end())
		}
		end := text[len(strings.TrimRight(text, "\n")):]
		out = []byte(strings.Join(s.out, "\n") + end)
	})
	return out, err
}

// inConsole has a story told in the chat that is built in.
func inConsole(s *story) error {
	s.chat = console{s.ponte}
	return nil
}

// TestStoriesCanFail tells stories that are not true.
func TestStoriesCanFail(t *testing.T) {
	const begin = "customer Maria on oat: It was cold.\nTom opens Maria\n"
	const asked = "Tom in inbox: /ponte post We are open. --to square\nonly Tom sees: Draft 1 is written. It waits for a decision in approvals.\n"
	for name, c := range map[string][2]string{
		"something else is shown": {begin + "Tom's card shows:\n> ● Maria", `story:3: Tom's card shows:`},
		"nothing was shown":       {begin + "public shows: nothing", "Maria on oat: It was cold."},
		"an answer is not read":   {begin + "Tom: A note.\npublic shows nothing new", "nobody looked at what Tom was answered"},
		"a refusal is no notice":  {begin + "Tom: /ponte undo\nonly Tom sees: There is no reply in this conversation to do this with.", "nobody looked at"},
		"it has what it lacks":    {begin + "Tom's card lacks: cold", "“It was cold.”"},
		"something new is public": {begin + "Tom: /ponte reply Sorry.\nTom clicks Send now\npublic shows nothing new", "and was"},
		"a note is public":        {begin + "Tom: Sorry.\nonly Tom sees: Only the team sees this. To answer in public, press Reply on the card or write “/ponte reply” and your text.\nTom: /ponte reply Sorry.\nclock +20s", `a note is public: "Sorry."`},
		"it can be seen":          {begin + "Sam sees no Maria", "Sam sees it in inbox"},
		"it cannot be seen":       {begin + "Zoe opens Maria", "Zoe sees nothing"},
		"there is no such button": {begin + "Sam clicks Reply as Sam sees it", "Sam has no thread open"},
		"nobody agreed":           {asked + "clock +1m\npublic shows: Caffè Aurora posts: We are open.", "in full:\nnothing"},
		"it went out":             {asked + "Vera reacts ✅ to open\nclock +1s\npublic shows: nothing", "Caffè Aurora posts: We are open."},
		"a word that counts":      {asked + "Vera reacts ✅ to open\nonly Vera sees: Your word does not count.", "Vera was told nothing"},
		"a word that does not":    {asked + "Tom reacts ✅ to open\npublic shows: nothing", "nobody looked at what Tom was answered"},
		"a message nobody sees":   {asked + "Luca reacts ✅ to open", "Luca sees nothing"},
		"what was not shown":      {asked + "Tom presses Edit", `there is no "Edit"`},
		"a note is posted":        {asked + "Tom opens open\nTom: We are open.\nonly Tom sees: Only the team sees this, and it changes nothing of what goes out. That is what the card shows, and its buttons decide about it.\nVera reacts ✅ to open", `a note is public: "We are open."`},
		"nobody reads this":       {"Tom dances", "nobody understands this line"},
	} {
		for chat, in := range map[string]func(*story) error{"console": inConsole, "slack": inSlack(nil), "discord": inDiscord(nil)} {
			if chat != "console" && name == "a refusal is no notice" { // other chats do not tell one from the other
				continue
			}
			t.Run(name+"/"+chat, func(t *testing.T) {
				t.Parallel()
				if _, err := retold(t, "story", c[0], 1, false, in); err == nil || !strings.Contains(err.Error(), c[1]) {
					t.Errorf("%v, want %q in it", err, c[1])
				}
			})
		}
	}
}
