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
