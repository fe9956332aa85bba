package draw

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"ponte/bot/card"
)

// Message is a card as Slack takes it. Text stands for the blocks in
// notifications and for screen readers, and is escaped.
type Message struct {
	Text   string
	Blocks []slack.Block
}

// sheet is a message that is being drawn.
type sheet struct {
	Pen
	room   int // blocks that still fit
	full   bool
	blocks []slack.Block
	said   strings.Builder
}

var user = regexp.MustCompile(`^[UW][A-Z0-9]{1,20}$`)

// Card draws a card. The people named in mention, by their ids, are pinged by
// it, and nobody else ever is.
func (p Pen) Card(c card.Card, mention ...string) Message {
	s := &sheet{Pen: p, room: maxBlocks - reserved}
	s.mention(mention)
	s.head(c)
	s.body(c.Blocks, c.Gone)
	s.end()
	if !c.Foot.Zero() {
		s.muted(c.Foot.String())
	}
	s.actions(c)
	if len(s.blocks) == 0 {
		s.muted(cmp.Or(card.Glyphs[c.Mark], "…"))
	}
	return Message{Text: cmp.Or(escaped(strings.TrimSpace(s.said.String()), maxFallback), "…"), Blocks: s.blocks}
}

// put adds a block, if there is room for it.
func (s *sheet) put(b slack.Block) bool {
	if s.full || s.room <= 0 {
		s.full = true
		return false
	}
	s.room--
	s.blocks = append(s.blocks, b)
	return true
}

// end opens the blocks that were kept for what is below the body, and says where
// something is missing.
func (s *sheet) end() {
	cutOff := s.full
	s.full, s.room = false, s.room+reserved
	if cutOff {
		s.muted(s.say("slack.rest"))
	}
}

func (s *sheet) hear(text string) {
	if text != "" {
		s.said.WriteString(text + "\n")
	}
}

// muted adds one small grey line.
func (s *sheet) muted(text string) {
	if text = cut(strings.TrimSpace(plain(text)), maxValue); text != "" && s.put(slack.NewContextBlock("", label(text, maxValue))) {
		s.hear(text)
	}
}

func (s *sheet) mention(users []string) {
	var row []slack.RichTextSectionElement
	for _, u := range users {
		if user.MatchString(u) {
			row = append(row, slack.NewRichTextSectionUserElement(u, nil), plainly(" ", nil))
		}
	}
	if len(row) > 0 {
		s.put(rich(slack.NewRichTextSection(row[:len(row)-1]...)))
	}
}

func (s *sheet) head(c card.Card) {
	title := line(strings.TrimSpace(card.Glyphs[c.Mark]+" "+c.Title.String()), maxHeader)
	if !c.Title.Zero() && s.put(slack.NewHeaderBlock(text(title))) {
		s.hear(title)
	}
	if c.Author != nil {
		s.author(c.Author)
	}
}

// author is one line: who, where, when. The name opens who they are, where that is known.
func (s *sheet) author(a *card.Author) {
	name := cmp.Or(line(string(a.Name), maxHeader), "…")
	row := []slack.RichTextSectionElement{plainly(name, bold)}
	if link := web(a.URL); link != "" {
		row[0] = slack.NewRichTextSectionLinkElement(link, name, bold)
	}
	rest := ""
	if handle := line(string(a.Handle), maxHeader); handle != "" && handle != name {
		rest += " · " + handle
	}
	rest += " · " + line(a.Network, maxLabel)
	if !a.At.IsZero() {
		rest += " · " + s.say("slack.when", card.At("At", a.At))
	}
	if s.put(rich(slack.NewRichTextSection(append(row, plainly(rest, nil))...))) {
		s.hear(name + rest)
	}
}

var (
	bold   = &slack.RichTextSectionTextStyle{Bold: true}
	struck = &slack.RichTextSectionTextStyle{Strike: true}
)

func plainly(s string, style *slack.RichTextSectionTextStyle) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, style)
}

func rich(e slack.RichTextElement) slack.Block { return slack.NewRichTextBlock("", e) }

// body draws the blocks of a card or a form.
func (s *sheet) body(blocks []card.Block, gone bool) {
	for _, b := range blocks {
		switch {
		case b.Words != nil:
			s.words(b.Words.String())
		case b.Quote != nil:
			s.quote(*b.Quote, gone)
		case len(b.Facts) > 0:
			s.facts(b.Facts)
		case len(b.List) > 0:
			s.list(b.List)
		case b.Picture != nil:
			s.picture(*b.Picture)
		}
	}
}

func (s *sheet) words(words string) {
	kept, left := split(strings.TrimSpace(plain(words)), shownOurs)
	if kept != "" && s.put(rich(slack.NewRichTextSection(run(kept, nil)...))) {
		s.hear(kept)
	}
	s.more(left)
}

// run is a long text in elements that are not too long, without a break between them.
func run(text string, style *slack.RichTextSectionTextStyle) (row []slack.RichTextSectionElement) {
	for text != "" {
		var part string
		part, text = split(text, maxText)
		row = append(row, plainly(part, style))
	}
	return row
}

// more says how much of a text is not shown.
func (s *sheet) more(left string) {
	if left != "" {
		s.muted(s.say("slack.cut", card.Count("Count", utf8.RuneCountInString(left))))
	}
}

// quote sets apart what somebody said. What is ours and public says so.
func (s *sheet) quote(q card.Quote, gone bool) {
	most := shownTheirs
	if q.Public {
		most = shownOurs
		s.muted(card.Glyphs[card.MarkPublic] + " " + s.say("slack.public"))
	}
	var style *slack.RichTextSectionTextStyle
	if q.Struck || gone {
		style = struck
	}
	kept, left := split(strings.TrimSpace(plain(string(q.Text))), most)
	var row []slack.RichTextSectionElement
	if by := line(string(q.By), maxHeader); by != "" {
		row = append(row, plainly(by, bold), plainly("\n", nil))
		s.hear(by + ":")
	}
	kept = cmp.Or(kept, "…")
	if s.put(rich(&slack.RichTextQuote{Type: slack.RTEQuote, Elements: append(row, run(kept, style)...)})) {
		s.hear(kept)
	}
	s.more(left)
}

func (s *sheet) facts(facts []card.Words) {
	var all []string
	for _, f := range facts {
		if t := line(f.String(), maxValue); t != "" {
			all = append(all, t)
		}
	}
	s.muted(strings.Join(all, " · "))
}

// list draws a line for each; one that stands for a thread opens it.
func (s *sheet) list(lines []card.Line) {
	var row []slack.RichTextSectionElement
	used, said := 0, ""
	flush := func() {
		if len(row) > 0 && s.put(rich(slack.NewRichTextSection(row...))) {
			s.hear(said)
		}
		row, used, said = nil, 0, ""
	}
	for _, l := range lines {
		elements, read := s.line(l)
		if len(elements) == 0 {
			continue
		}
		if used += size(read) + 1; used > maxText {
			flush()
			used = size(read)
		}
		if len(row) > 0 {
			row = append(row, plainly("\n", nil))
			said += "\n"
		}
		row, said = append(row, elements...), said+read
	}
	flush()
}

func (s *sheet) line(l card.Line) (row []slack.RichTextSectionElement, read string) {
	words, theirs := line(l.Words.String(), 2*maxLineText), line(string(l.Text), maxLineText)
	if words == "" && theirs == "" {
		return nil, ""
	}
	add := func(text string, e slack.RichTextSectionElement) {
		row, read = append(row, e), read+text
	}
	put := func(text string) { add(text, plainly(text, nil)) }
	if glyph := card.Glyphs[l.Mark]; glyph != "" {
		put(glyph + " ")
	}
	link := ""
	if l.Thread != nil && s.Link != nil {
		link = web(s.Link(*l.Thread))
	}
	switch {
	case words != "" && link != "":
		add(words, slack.NewRichTextSectionLinkElement(link, words, nil))
	case words != "":
		put(words)
	case link != "":
		add(theirs, slack.NewRichTextSectionLinkElement(link, theirs, nil))
		return row, read
	}
	if words != "" && theirs != "" {
		between := ": "
		if strings.HasSuffix(words, ":") {
			between = " "
		}
		put(between)
	}
	if theirs != "" {
		put(theirs)
	}
	if l.Thread != nil && link == "" && room.MatchString(l.Thread.Channel) {
		put(" · ")
		add("#"+l.Thread.Channel, slack.NewRichTextSectionChannelElement(l.Thread.Channel, nil))
	}
	return row, read
}

var room = regexp.MustCompile(`^[CGD][A-Z0-9]{1,20}$`)

// picture shows a picture that is a file of Slack's, what is on it, and where it is.
// Slack is given no address to fetch: another picture is somebody else's.
func (s *sheet) picture(p card.Picture) {
	alt := cut(strings.TrimSpace(plain(string(p.Alt))), maxValue)
	if alt == "" {
		alt = s.say("slack.no_alt")
	}
	if file := s.Files[p.Hash]; file != "" && p.Hash != "" {
		s.put(slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: file}, alt, "", nil))
	}
	alt = line(alt, maxLineText)
	row := []slack.RichTextSectionElement{plainly(alt, nil)}
	if link := web(p.URL); link != "" {
		row = append(row, plainly(" · ", nil), slack.NewRichTextSectionLinkElement(link, s.say("slack.open_picture"), nil))
	}
	if s.put(rich(slack.NewRichTextSection(row...))) {
		s.hear(alt)
	}
}
