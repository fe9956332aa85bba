package app

import (
	"time"

	"github.com/rivo/uniseg"

	"ponte/bot"
	"ponte/bot/act"
)

func graphemes(s string) int { return uniseg.GraphemeClusterCount(s) }

// print writes what an act says in its brand's language and zone.
func (a *App) print(id bot.BrandID, what act.Act) act.Act {
	p := a.words.Printer(bot.English, time.UTC)
	if b, ok := a.Brands().Brand(id); ok {
		p = a.words.Printer(b.Language, b.Location())
	}
	switch what := what.(type) {
	case act.Send:
		what.Card = what.Card.Print(p)
		return what
	case act.Edit:
		what.Card = what.Card.Print(p)
		return what
	default:
		return what
	}
}

// speak writes an answer in the language of the person it is for.
func (a *App) speak(e act.Event, ans act.Answer) act.Answer {
	p := a.words.Printer(a.listener(e))
	if ans.Notice != nil {
		c := ans.Notice.Print(p)
		ans.Notice = &c
	}
	if ans.Form != nil {
		f := ans.Form.Print(p)
		ans.Form = &f
	}
	for i := range ans.Choices {
		ans.Choices[i].Label = ans.Choices[i].Label.Print(p)
	}
	return ans
}

func (a *App) listener(e act.Event) (bot.Lang, *time.Location) {
	var s act.Scene
	switch e := e.(type) {
	case act.Commanded:
		s = e.Scene
	case act.Clicked:
		s = e.Scene
	case act.Submitted:
		s = e.Scene
	case act.Noted:
		s = e.Scene
	case act.Reacted:
		s = e.Scene
	case act.Suggest:
		s = e.Scene
	case act.Uploaded:
		s = e.Scene
	}
	b, _, ok := a.Brands().Room(s.At.Platform, s.At.Space, s.At.Channel)
	if !ok {
		return bot.English, time.UTC
	}
	person, _ := b.PersonFor(s.Who)
	return b.Speaks(person), b.Location()
}

func (a *App) traits(id bot.AccountID) act.Traits {
	_, account, ok := a.Brands().Owning(id)
	if !ok {
		return act.Traits{}
	}
	ad, ok := a.all[account.Platform]
	if !ok {
		return act.Traits{}
	}
	return ad.Traits(act.Place{Platform: account.Platform, Space: string(id)})
}
