package draw

import (
	"fmt"
	"testing"

	"github.com/slack-go/slack"

	"ponte/bot/card"
)

// TestAMenuStandsInARowOfItsOwn has a card with menus beside its buttons, of which a
// choice is as good as a press.
func TestAMenuStandsInARowOfItsOwn(t *testing.T) {
	c := card.Card{Subject: "conversation/1", Revision: 7}
	for i := range 6 {
		c.Actions = append(c.Actions, card.Action{Verb: fmt.Sprint("do", i), Label: card.Literal("Do")})
	}
	c.Actions = append(c.Actions, card.Action{Verb: "verdict", Label: card.Literal("Intent"), Choices: []card.Choice{
		{Value: "intent praise", Label: card.Literal("praise")}, {Value: "a\nbroken one", Label: card.Literal("broken")},
	}})
	s := &sheet{room: maxBlocks}
	s.actions(c)
	if len(s.blocks) != 2 {
		t.Fatalf("there are %d rows, want one of buttons and one of menus", len(s.blocks))
	}
	row := s.blocks[0].(*slack.ActionBlock).Elements.ElementSet
	if len(row) != 6 {
		t.Errorf("%d buttons stand in the first row: menus count as none", len(row))
	}
	menu := s.blocks[1].(*slack.ActionBlock).Elements.ElementSet[0].(*slack.SelectBlockElement)
	if len(menu.Options) != 1 {
		t.Fatalf("the menu has %d choices, want the one that fits", len(menu.Options))
	}
	p, ok := Unpack(menu.Options[0].Value)
	if want := (Press{Verb: "verdict", Subject: "conversation/1", Revision: 7, Value: "intent praise"}); !ok || p != want {
		t.Errorf("choosing it is %+v, want %+v", p, want)
	}
}
