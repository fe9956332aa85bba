package posts

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/hours"
	"ponte/bot/postcard"
	"ponte/bot/records"
	"ponte/bot/series"
	"ponte/bot/when"
	"ponte/commands"
	"ponte/commands/draft"
	"ponte/commands/line"
	"ponte/storage"
)

// Repeats sets who keeps what is said again and again.
func (c *Commands) Repeats(d *series.Desk) *Commands {
	c.again = d
	return c
}

const (
	nextTold  = 3 // times that an answer says
	nextShown = 5 // times on the card of a series
)

// repeated are the options of a post that is said again and again.
func repeated() []act.Option {
	return []act.Option{commands.Option("every", act.TextOption), commands.Option("until", act.TimeOption), commands.Option("times", act.WordOption)}
}

func (c *Commands) series() commands.Spec {
	return commands.Spec{
		Name: "series", Roles: bot.Anyone, About: []string{act.OnSeries, act.OnRequest, act.OnDraft}, Maybe: true,
		Options:  []act.Option{commands.Option("series", act.WordOption), commands.OneOf(commands.Option("what", act.ChoiceOption), "stop", "change")},
		Examples: []string{"series", "series 3", "series 3 stop"}, Run: c.runSeries,
	}
}

// runSeries lists what is said again, or shows, stops or changes one.
func (c *Commands) runSeries(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	if !req.Brand.DecidesIn().Sees(req.Person) {
		return act.Answer{}, bot.Errorf(bot.Denied, "error.room")
	}
	given, what := req.Values["series"], strings.TrimPrefix(strings.ToLower(req.Values["what"]), "--")
	if req.Series == nil && given == "" && (req.Draft == nil || req.Draft.Series == "") {
		return c.listSeries(tx, req)
	}
	s, err := c.theSeries(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	switch what {
	case "":
		shown, err := c.seriesCard(tx, req.Brand, &s)
		return act.Answer{Notice: &shown}, err
	case "stop", "change":
		if !req.Person.Has(managers...) {
			return act.Answer{}, bot.Errorf(bot.Denied, "error.role", "Command", "series "+what)
		}
	default:
		return act.Answer{}, bot.Errorf(bot.Invalid, "error.choice", "Given", bot.Short(what, 30), "Choices", "stop, change")
	}
	if what == "stop" {
		return c.stop(tx, req, &s)
	}
	return c.seriesForm(tx, req, &s)
}

// theSeries is that of the card or thread, or the one with the number given.
func (c *Commands) theSeries(tx *storage.Tx, req *commands.Request) (bot.Series, error) {
	given := strings.TrimPrefix(strings.TrimSpace(req.Values["series"]), "#")
	switch {
	case given == "" && req.Series != nil:
		return *req.Series, nil
	case given == "" && req.Draft != nil && req.Draft.Series != "":
		return records.Series.Get(tx, storage.K(req.Brand.ID, req.Draft.Series))
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1 {
		return bot.Series{}, field(bot.Errorf(bot.NotFound, "error.no_series", "Given", bot.Short(given, 20)), "series")
	}
	s, err := c.again.Find(tx, req.Brand.ID, n)
	if bot.KindOf(err) == bot.NotFound {
		err = field(bot.Errorf(bot.NotFound, "error.no_series", "Given", bot.Short(given, 20)), "series")
	}
	return s, err
}

func (c *Commands) listSeries(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	n := card.Card{Mark: card.MarkNote}
	var list []card.Line
	more := 0
	for s, err := range records.SeriesLive.Under(tx, storage.K(req.Brand.ID)) {
		if err != nil {
			return act.Answer{}, err
		}
		if len(list) == shownAtMost {
			more++
			continue
		}
		next, err := c.again.Next(tx, &s, tx.Now(), 1)
		if err != nil {
			return act.Answer{}, err
		}
		args := []card.Arg{card.Text("Number", strconv.Itoa(s.Number)), card.In("State", stands(&s)), card.In("Rule", postcard.Rule(s.Content.Repeat))}
		l := card.Line{Mark: seriesMarks[s.State], Words: card.W("series.line", args...), Text: card.Outside(bot.Short(s.Content.Text, 60))}
		if len(next) > 0 {
			l.Words = card.W("series.line_next", append(args, card.At("At", next[0].At))...)
		}
		list = append(list, l)
	}
	if len(list) == 0 {
		return commands.Say("series.none"), nil
	}
	n.Title, n.Blocks = card.W("series.title_line", card.Count("N", len(list)+more)), []card.Block{{List: list}}
	if more > 0 {
		n.Foot = card.W("inbox.more", card.Count("N", more))
	}
	return act.Answer{Notice: &n}, nil
}

var (
	seriesMarks = map[bot.SeriesState]card.Mark{
		bot.SeriesAsked: card.MarkPending, bot.SeriesRuns: card.MarkPublic, bot.SeriesOff: card.MarkFailed, bot.SeriesOver: card.MarkOut,
	}
	seriesWords = map[bot.SeriesState]card.Words{
		bot.SeriesAsked: card.W("series.state.asked"), bot.SeriesRuns: card.W("series.state.runs"),
		bot.SeriesOff: card.W("series.state.off"), bot.SeriesOver: card.W("series.state.over"),
	}
)

func stands(s *bot.Series) card.Words { return seriesWords[s.State] }

func nameOf(s *bot.Series) card.Words {
	return card.W("series.name", card.Text("Number", strconv.Itoa(s.Number)))
}

// seriesCard shows a series with its next times, each of which can be changed or
// left out alone.
func (c *Commands) seriesCard(tx *storage.Tx, b *bot.Brand, s *bot.Series) (card.Card, error) {
	author, ok := b.Person(s.By)
	if !ok {
		author.Name = string(s.By)
	}
	subject := act.OnSeries + "/" + string(s.ID)
	out := card.Card{
		Mark: seriesMarks[s.State], Subject: subject, Revision: s.Revision,
		Title:  card.W("series.title", card.Text("Number", strconv.Itoa(s.Number)), card.Text("Name", author.Name), card.In("State", stands(s))),
		Blocks: append(postcard.Texts(b, &s.Content), card.Block{Facts: postcard.Span(b, s.Content.Repeat)}),
	}
	next, err := c.again.Next(tx, s, tx.Now(), nextShown)
	if err != nil || s.Over() {
		return out, err
	}
	var list []card.Line
	for _, t := range next {
		l, live, err := timeLine(tx, &t)
		if err != nil {
			return out, err
		}
		if list = append(list, l); live {
			at, on := card.At("At", t.At), subject+"/"+t.Slot
			out.Actions = append(out.Actions,
				card.Action{Verb: "edit-time", Label: card.W("series.action.edit", at), Needs: managers, Subject: on},
				card.Action{Verb: "skip-time", Label: card.W("series.action.skip", at), Needs: managers, Subject: on, Confirm: card.W("series.skip_confirm")},
			)
		}
	}
	out.Blocks = append(out.Blocks, card.Block{List: list})
	out.Actions = append(out.Actions,
		card.Action{Verb: "change-series", Label: card.W("series.action.change"), Needs: managers},
		stopButton(s),
	)
	return out, nil
}

// timeLine is one time of a series; live tells whether it can still be changed.
func timeLine(tx *storage.Tx, t *series.Time) (l card.Line, live bool, err error) {
	at := card.At("At", t.At)
	if t.Draft == nil {
		return card.Line{Mark: card.MarkNote, Words: card.W("series.time", at)}, true, nil
	}
	rows, err := rowsOf(tx, t.Draft)
	state := bot.Whole(rows)
	return card.Line{
		Mark:  postcard.Marks[state],
		Words: card.W("series.time_draft", at, card.Text("Number", strconv.Itoa(t.Draft.Number)), card.In("State", card.W("posts.state."+key(state)))),
	}, state != bot.Cancelled && state != bot.Published, err
}

// stopSeries is the button that ends a series.
func (c *Commands) stopSeries() commands.Spec {
	return commands.Spec{
		Name: "stop-series", Label: "series.action.stop", Roles: managers, About: []string{act.OnSeries}, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			return c.stop(tx, req, req.Series)
		},
	}
}

// askStop is what somebody reads who cancels in the thread of a series.
func askStop(s *bot.Series) act.Answer {
	n := card.Notice(card.W("series.ask_stop", card.In("Series", nameOf(s)), card.Text("Number", strconv.Itoa(s.Number))))
	n.Actions = []card.Action{stopButton(s)}
	return act.Answer{Notice: &n}
}

func stopButton(s *bot.Series) card.Action {
	return card.Action{
		Verb: "stop-series", Label: card.W("series.action.stop"), Needs: managers, Style: card.Danger, Confirm: card.W("series.stop_confirm"),
		Subject: act.OnSeries + "/" + string(s.ID),
	}
}

func (c *Commands) stop(tx *storage.Tx, req *commands.Request, s *bot.Series) (act.Answer, error) {
	if _, err := c.again.Stop(tx, req.Brand, req.Person.ID, s.ID); err != nil {
		return act.Answer{}, err
	}
	return commands.Say("series.stopped", card.In("Series", nameOf(s))), nil
}

// editTime opens the form of one time of a series; sent, the time is a draft of its own.
func (c *Commands) editTime() commands.Spec {
	return commands.Spec{
		Name: "edit-time", Label: "post.action.edit", Roles: managers, About: []string{act.OnSeries}, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			if req.Submitted {
				return c.editedTime(tx, req)
			}
			d, err := c.again.Time(tx, req.Series, req.Slot)
			if err != nil {
				return act.Answer{}, err
			}
			f := c.form(tx, req, d, "edit", "")
			if d.ID == "" {
				f.Verb, f.Subject = "edit-time", act.OnSeries+"/"+string(req.Series.ID)+"/"+req.Slot
			}
			return act.Answer{Form: &f}, nil
		},
	}
}

func (c *Commands) editedTime(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	d, err := c.again.Take(tx, req.Brand, req.Series, req.Slot)
	if err != nil {
		return act.Answer{}, err
	}
	if d.Edited != "" { // since the form was opened
		return act.Answer{}, bot.Errorf(bot.Conflict, "error.draft_moved")
	}
	o, err := c.order(tx, req, d.Content)
	if err != nil {
		return act.Answer{}, err
	}
	return c.change(tx, req, d, o, -1)
}

func (c *Commands) skipTime() commands.Spec {
	return commands.Spec{
		Name: "skip-time", Label: "series.skip", Roles: managers, About: []string{act.OnSeries}, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			d, err := c.again.Take(tx, req.Brand, req.Series, req.Slot)
			if err != nil {
				return act.Answer{}, err
			}
			if err := c.desk.Cancel(tx, req.Brand, req.Person.ID, d); err != nil {
				return act.Answer{}, err
			}
			return commands.Say("series.skipped", card.In("Series", nameOf(req.Series)), card.At("At", d.Content.When)), nil
		},
	}
}

// changeSeries opens the form of a series; sent, it stops the old and writes the new.
func (c *Commands) changeSeries() commands.Spec {
	return commands.Spec{
		Name: "change-series", Label: "series.action.change", Roles: managers, About: []string{act.OnSeries}, Maybe: true, Inner: true, Run: func(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
			if req.Submitted {
				return c.repeat(tx, req)
			}
			return c.seriesForm(tx, req, req.Series)
		},
	}
}

// repeat writes a series, in the place of another where one is meant. What is
// missing is asked for.
func (c *Commands) repeat(tx *storage.Tx, req *commands.Request) (act.Answer, error) {
	v := req.Values
	if !req.Submitted && (strings.TrimSpace(v["text"]) == "" || v["until"] == "" && v["times"] == "") {
		return c.seriesForm(tx, req, nil)
	}
	o, err := c.seriesOrder(tx, req)
	if err != nil {
		return act.Answer{}, err
	}
	key, old := "series.written", ""
	var s bot.Series
	var found []bot.Finding
	if req.Series != nil {
		key, old = "series.changed", strconv.Itoa(req.Series.Number)
		s, found, err = c.again.Change(tx, req.Brand, req.Series.ID, o)
	} else {
		s, found, err = c.again.Write(tx, req.Brand, o)
	}
	if err != nil {
		return act.Answer{}, err
	}
	if s.State == bot.SeriesRuns {
		key = map[string]string{"series.written": "series.begins", "series.changed": "series.replaced"}[key]
	}
	ans, err := c.toldSeries(req.Brand, &s, found, key, old)
	if err != nil || req.Series == nil || s.ID == "" {
		return ans, err
	}
	return toldKept(tx, ans, &s, req.Series)
}

// toldSeries says what became of a series, with its first times.
func (c *Commands) toldSeries(b *bot.Brand, s *bot.Series, found []bot.Finding, key, old string) (act.Answer, error) {
	if s.ID == "" {
		key = "series.not_written"
	}
	n := card.Notice(card.W(key, card.In("Series", nameOf(s)), card.Text("Old", old), card.Text("Room", b.DecidesIn().ID)))
	if s.ID != "" {
		n.Blocks = append(n.Blocks, card.Block{Facts: postcard.Span(b, s.Content.Repeat)})
		next, err := series.Times(s.Content.Repeat, s.Content.Repeat.From, nextTold)
		if err != nil {
			return act.Answer{}, err
		}
		var list []card.Line
		for _, at := range next {
			list = append(list, card.Line{Words: card.W("series.next", card.At("At", at))})
		}
		n.Blocks = append(n.Blocks, card.Block{List: list})
	}
	for _, f := range found {
		mark := card.MarkOverdue
		if f.Stops {
			mark = card.MarkFailed
		}
		n.Blocks = append(n.Blocks, card.Block{List: []card.Line{{Mark: mark, Words: draft.Finding(b, f)}}})
	}
	return act.Answer{Notice: &n}, nil
}

// toldKept adds which times of the old series stay as somebody left them.
func toldKept(tx *storage.Tx, ans act.Answer, s, old *bot.Series) (act.Answer, error) {
	var list []card.Line
	for _, of := range []*bot.Series{s, old} {
		for t, err := range records.DraftBySlot.Under(tx, storage.K(of.ID)) {
			if err != nil {
				return ans, err
			}
			l, live, err := timeLine(tx, &series.Time{At: t.Content.When, Slot: t.Slot, Draft: &t})
			if err != nil {
				return ans, err
			}
			if own := of == s && t.At.Before(s.At) || of == old && live; own && len(list) < shownAtMost {
				list = append(list, l)
			}
		}
	}
	if len(list) > 0 {
		ans.Notice.Blocks = append(ans.Notice.Blocks, card.Say(card.W("series.kept")), card.Block{List: list})
	}
	return ans, nil
}

// seriesOrder is what a form or a line of text asks to be said again and again.
func (c *Commands) seriesOrder(tx *storage.Tx, req *commands.Request) (series.Order, error) {
	v := req.Values
	every, until, times := strings.TrimSpace(v["every"]), strings.TrimSpace(v["until"]), strings.TrimSpace(v["times"])
	var was bot.Content
	if req.Series != nil {
		was = req.Series.Content
	}
	o, err := c.order(tx, req, was)
	if err != nil {
		return series.Order{}, err
	}
	rule, err := when.Every(every)
	if err != nil {
		e := line.Asked(err, every, "every")
		if e.Key == "error.time" {
			e = field(bot.Errorf(bot.Invalid, "error.rule", "Given", bot.Short(every, 40)), "every")
		}
		return series.Order{}, e
	}
	r := &bot.Repeat{Rule: rule, Zone: req.Brand.Location().String(), From: o.Content.When}
	if day, err := when.Parse(v["at"]+" 00:00", tx.Now(), req.Brand.Location(), req.Brand.Hours); err == nil && !r.From.IsZero() {
		r.From = day.UTC() // a day without a time is meant from its beginning
	}
	if r.Until, err = untilEnd(tx, req.Brand, until); err != nil {
		return series.Order{}, err
	}
	if times != "" {
		if r.Times, err = strconv.Atoi(times); err != nil || r.Times < 1 {
			return series.Order{}, field(bot.Errorf(bot.Invalid, "error.series_count", "Given", bot.Short(times, 20)), "times")
		}
	}
	if req.Series != nil {
		if old := req.Series.Content.Repeat; old.Rule == r.Rule {
			r.Zone = old.Zone
		} else if old.From.Equal(r.From) { // the day is meant: the time of day is the rule's
			r.From = hours.Midnight(r.From, req.Brand.Location())
		}
	}
	o.Content.Repeat = r
	return series.Order{By: o.By, Token: o.Token, Content: o.Content, Campaign: o.Campaign}, nil
}

// untilEnd reads the end of a series: a day without a time is meant to its end.
func untilEnd(tx *storage.Tx, b *bot.Brand, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := when.Parse(text+" 23:59", tx.Now(), b.Location(), b.Hours); err == nil {
		return day.UTC(), nil
	}
	t, err := when.Parse(text, tx.Now(), b.Location(), b.Hours)
	if err != nil {
		return t, line.Asked(err, text, "until")
	}
	return t.UTC(), nil
}

// seriesForm asks for a series, prefilled with what was typed, or with the one that
// is to be changed.
func (c *Commands) seriesForm(tx *storage.Tx, req *commands.Request, s *bot.Series) (act.Answer, error) {
	v := req.Values
	d := bot.Draft{Content: bot.Content{Text: strings.TrimSpace(v["text"])}, Campaign: v["campaign"]}
	every, from, until, times, title, hint := v["every"], v["at"], v["until"], v["times"], card.W("series.form_new"), card.Words{}
	if s != nil {
		d.Content, d.Campaign, title = s.Content, s.Campaign, card.W("series.form_change")
		if req.Brand.Approvals.Needs(bot.SeriesMatter) <= 0 {
			title = card.W("series.form_change_free")
		}
		r := s.Content.Repeat
		hint = postcard.Rule(r)
		if every, from, until = r.Rule, "", onWall(req.Brand, r.Until); r.From.After(tx.Now()) {
			from = onWall(req.Brand, r.From)
		}
	} else {
		if ids, err := c.accounts(req.Brand, v["to"]); err == nil {
			d.Content.Accounts = ids
		}
		var err error
		if d.Content.Pictures, err = pictures(tx, req, nil); err != nil {
			return act.Answer{}, err
		}
	}
	f := c.form(tx, req, d, "edit", "")
	f.Verb, f.Title, f.Subject = "change-series", title, ""
	if s != nil {
		f.Subject, f.Revision = act.OnSeries+"/"+string(s.ID), s.Revision
	}
	f.Fields = slices.DeleteFunc(f.Fields, func(d card.Field) bool { return d.Name == "at" })
	end := card.Field{Name: "until", Label: card.W("series.until_label"), Kind: card.LineField, Value: until, Max: 200, Count: string(act.Runes)}
	if s == nil && until == "" && times == "" {
		end.Fault = card.W("series.end_fault")
	}
	f.Fields = append(f.Fields,
		card.Field{Name: "every", Label: card.W("option.every"), Hint: hint, Kind: card.LineField, Value: every, Required: true, Max: 200, Count: string(act.Runes)},
		card.Field{Name: "at", Label: card.W("series.from_label"), Kind: card.TimeField, Value: from, Max: 200, Count: string(act.Runes)},
		end,
		card.Field{Name: "times", Label: card.W("option.times"), Kind: card.LineField, Value: times, Max: 4, Count: string(act.Runes)},
	)
	return act.Answer{Form: &f}, nil
}
