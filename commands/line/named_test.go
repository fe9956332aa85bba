package line

import (
	"testing"

	"ponte/bot"
	"ponte/bot/act"
)

func TestNamed(t *testing.T) {
	who := func(as, user string) act.Named {
		return act.Named{As: as, Who: bot.Actor{Platform: "chat", Space: "team", User: user}}
	}
	anybody := []act.Option{{Name: "person", Kind: act.PersonOption, Anybody: true}}
	for _, c := range []struct {
		text    string
		options []act.Option
		named   []act.Named
		want    string
	}{
		{"@Ana Ruiz approver", anybody, []act.Named{who("@Ana Ruiz", "1")}, "chat/team/1 approver"},
		{"@Ana Ruiz approver", []act.Option{{Name: "person", Kind: act.PersonOption}}, []act.Named{who("@Ana Ruiz", "1")}, "@Ana Ruiz approver"},
		{"@Ana Ruiz @Ana", anybody, []act.Named{who("@Ana", "1"), who("@Ana Ruiz", "2")}, "chat/team/2 chat/team/1"},
		{"@Ana", anybody, nil, "@Ana"},
		{"@Ana", anybody, []act.Named{who("", "1")}, "@Ana"},
	} {
		if got := Named(c.text, c.options, c.named); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// What may become public says who is mentioned as people call them.
func TestRead(t *testing.T) {
	who := func(as, user, name string) act.Named {
		return act.Named{As: as, Who: bot.Actor{Platform: "chat", Space: "team", User: user, Name: name}}
	}
	b := &bot.Brand{People: []bot.Person{{ID: "ana", Name: "Ana Ruiz", Users: []string{"chat/team/1"}}, {ID: "~marta-ruiz", Name: "Marta Ruiz", Users: []string{"chat/team/2"}}}}
	named := []act.Named{who("@ana", "1", "ana.r"), who("@~marta-ruiz", "2", "mr"), who("@Gus Elsewhere", "3", "Gus Elsewhere"), who("@U4", "4", "")}
	options := []act.Option{{Name: "person", Kind: act.PersonOption}, {Name: "text", Kind: act.TextOption, Rest: true}}
	for text, want := range map[string]string{
		"@ana @ana and @~marta-ruiz thank @Gus Elsewhere": "@ana|Ana Ruiz and Marta Ruiz thank Gus Elsewhere",
		"@ana ask @somebody else":                         "@ana|ask @somebody else",
		"@U4 is well":                                     "@U4|is well",
	} {
		got, err := Read("say", options, text, named, b)
		if line := got["person"] + "|" + got["text"]; err != nil || line != want {
			t.Errorf("%q reads %q, %v", text, line, err)
		}
	}
	if _, err := Read("say", options, "@ana ask @U4", named, b); bot.KindOf(err) != bot.Invalid {
		t.Errorf("who has no name: %v", err)
	}
	if got, err := Read("say", options, "@ana", named, b); err != nil || len(got) != 1 {
		t.Errorf("without words it reads %v, %v", got, err)
	}
	unsure := act.Named{As: "@ana", Who: bot.Actor{Platform: "chat", User: "1"}, Unknown: true}
	if got := Named("@ana", []act.Option{{Anybody: true}}, []act.Named{unsure}); got != "@ana" {
		t.Errorf("of whom nothing is known stands %q", got)
	}
}
