package draw

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"ponte/bot/card"
)

// sheet is a card that is being drawn.
type sheet struct {
	Pen
	room     int // units that the description still takes
	full     bool
	text     strings.Builder
	pictures []string // names of the attached files that are shown
	texts    []Text
	source   string // where what is shown can be read whole
}

var (
	id     = regexp.MustCompile(`^\d{1,20}$`)
	thread = regexp.MustCompile(`^<#\d{1,20}>$`)
)

// Card draws a card. The people named in mention, by their ids, are pinged by it,
// and nobody else ever is.
func (p Pen) Card(c card.Card, mention ...string) Message {
	s := &sheet{Pen: p, room: maxDescription - reserved, source: source(c)}
	m := s.message(mention)
	e := m.Embeds[0]
	e.Color = colours[c.Mark]
	title := line(strings.TrimSpace(card.Glyphs[c.Mark]+" "+c.Title.String()), maxTitle)
	if !c.Title.Zero() {
		e.Title = escaped(title, maxTitle)
	}
	if c.Author != nil {
		e.Author = &discordgo.MessageEmbedAuthor{Name: s.author(c.Author), URL: web(c.Author.URL, maxURL)}
	}
	s.body(c.Blocks, c.Gone)
	if foot := line(c.Foot.String(), maxFoot); foot != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: foot}
	}
	s.finish(&m)
	if e.Title == "" && strings.TrimSpace(e.Description) == "" {
		e.Description = cmp.Or(card.Glyphs[c.Mark], "…")
	}
	m.Components = s.actions(c)
	return m
}

// message is a message that pings some people, with an empty card.
func (s *sheet) message(mention []string) Message {
	m := Message{
		Embeds: []*discordgo.MessageEmbed{{}}, Components: []discordgo.MessageComponent{},
		Allowed: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
	}
	var pings []string
	for _, user := range mention {
		if id.MatchString(user) && len(pings) < maxPings {
			pings = append(pings, "<@"+user+">")
			m.Allowed.Users = append(m.Allowed.Users, user)
		}
	}
	m.Content = strings.Join(pings, " ")
	return m
}

// finish puts what was drawn into the message.
func (s *sheet) finish(m *Message) {
	if s.full {
		s.full, s.room = false, s.room+reserved
		if len(s.texts) > 0 {
			s.muted(escaped(line(s.say("discord.rest_file"), maxSay), maxSay))
		} else {
			s.muted(s.whole(s.say("discord.rest")))
		}
	}
	m.Texts = s.texts
	m.Embeds[0].Description = strings.Trim(s.text.String(), "\n")
	for i, name := range s.pictures {
		picture := &discordgo.MessageEmbedImage{URL: "attachment://" + name}
		if i == 0 {
			m.Embeds[0].Image = picture
			continue
		}
		m.Embeds = append(m.Embeds, &discordgo.MessageEmbed{Color: m.Embeds[0].Color, Image: picture})
	}
}

// source is where the card's subject stands in public, where it says so.
func source(c card.Card) string {
	for _, a := range c.Actions {
		if link := web(a.Link, maxSource); link != "" {
			return link
		}
	}
	if c.Author != nil {
		return web(c.Author.URL, maxSource)
	}
	return ""
}

// whole links words of ours to where all of it can be read.
func (s *sheet) whole(words string) string {
	words = escaped(line(words, maxSay), maxSay)
	if s.source == "" {
		return words
	}
	return masked(words, s.source)
}

// author is one line: who, where, when. Discord reads no markdown in it.
func (s *sheet) author(a *card.Author) string {
	name := label(string(a.Name), maxTitle/3)
	rest := ""
	if handle := line(string(a.Handle), maxTitle/4); handle != "" && handle != name {
		rest += " · " + handle
	}
	rest += " · " + line(a.Network, maxLabel/2)
	if !a.At.IsZero() {
		rest += " · " + s.say("discord.when", card.At("At", a.At))
	}
	return line(name+rest, maxTitle)
}

// put adds a line that is escaped already, if there is room for it.
func (s *sheet) put(l string) bool {
	n := size(l) + 1
	if s.full || n > s.room {
		s.full = true
		return false
	}
	s.room -= n
	s.text.WriteString(l + "\n")
	return true
}

// muted adds a small line of what is escaped already.
func (s *sheet) muted(l string) {
	if l != "" {
		s.put("-# " + l)
	}
}

// body draws the blocks of a card or a form.
func (s *sheet) body(blocks []card.Block, gone bool) {
	for _, b := range blocks {
		switch {
		case b.Words != nil:
			s.words(b.Words.String(), "", "")
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

// words adds text with something before each line and something around it, for as
// long as there is room. What is left of it is cut.
func (s *sheet) words(text, before, around string) {
	text = strings.TrimSpace(plain(text))
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l = strings.TrimRight(l, " "); strings.TrimFunc(l, unseen) == "" {
			if s.full || i > 0 && !s.put(before) {
				break
			}
			continue
		}
		out, rest := escape(l, s.room-size(before)-2*size(around)-1)
		if strings.TrimFunc(out, unseen) != "" {
			if before == "" && around == "" {
				out = s.mentions(out, s.room-1)
			}
			s.put(before + around + out + around)
		}
		if s.full || rest != "" {
			s.full = true
			break
		}
	}
	if s.full {
		s.attach(text)
	}
}

// attach has a text of ours come along as a file, and says so.
func (s *sheet) attach(text string) {
	if !s.Attach || len(s.texts) == 3 || utf8.RuneCountInString(text) < 100 {
		return
	}
	sum := sha256.Sum256([]byte(text))
	s.texts = append(s.texts, Text{Name: "text-" + hex.EncodeToString(sum[:6]) + ".txt", Body: text})
}

// quote sets apart what somebody said. What is ours and public says so.
func (s *sheet) quote(q card.Quote, gone bool) {
	around := ""
	if q.Struck || gone {
		around = "~~"
	}
	if q.Public {
		s.put("**" + card.Glyphs[card.MarkPublic] + " " + escaped(line(s.say("discord.public"), maxLabel), maxLabel) + "**")
	}
	if by := line(string(q.By), maxLine); by != "" {
		s.put("> **" + escaped(by, 2*maxLine) + "**")
	}
	text := strings.TrimSpace(plain(string(q.Text)))
	if strings.TrimFunc(text, unseen) == "" {
		s.put("> …")
		return
	}
	if q.Public {
		s.words(text, "> ", around)
		return
	}
	kept, left := split(text, shownTheirs)
	before := len(s.texts)
	s.words(kept, "> ", around)
	s.texts = s.texts[:before] // theirs stands at its source
	if left != "" && !s.full {
		s.muted(s.whole(s.say("discord.cut", card.Count("Count", utf8.RuneCountInString(left)))))
	}
}

func (s *sheet) facts(facts []card.Words) {
	var all []string
	for _, f := range facts {
		if t := line(f.String(), maxLine); t != "" {
			all = append(all, escaped(t, 2*maxLine))
		}
	}
	s.muted(strings.Join(all, " · "))
}

// list draws a line for each; one that stands for a thread opens it. Lines that do not
// all fit are shortened, so that more of them are there.
func (s *sheet) list(lines []card.Line) {
	most, room := maxLine, s.room
	for _, l := range lines {
		room -= size(s.line(l, maxLine)) + 1
	}
	if room < 0 {
		most = min(max(s.room/max(len(lines), 1)-linkRoom, minLine), maxLine)
	}
	for _, l := range lines {
		if text := s.line(l, most); text != "" {
			s.put(text)
		}
	}
}

func (s *sheet) line(l card.Line, most int) string {
	ours := line(l.Words.String(), max(most, maxSay))
	words, theirs := escaped(ours, 2*size(ours)), line(string(l.Text), max(most-size(ours), minLine))
	theirs = escaped(theirs, 2*size(theirs))
	if words == "" && theirs == "" {
		return ""
	}
	link := ""
	if l.Thread != nil && s.Link != nil {
		link = s.Link(*l.Thread)
	}
	opens := ""
	if thread.MatchString(link) {
		opens, link = " · "+link, ""
	}
	if link = web(link, maxURL); link != "" {
		if words != "" {
			words = masked(words, link)
		} else {
			theirs = masked(theirs, link)
		}
	} else {
		words = s.mentions(words, 2*size(ours)+linkRoom)
	}
	switch {
	case words == "" || theirs == "":
	case strings.HasSuffix(ours, ":"):
		words += " "
	default:
		words += ": "
	}
	return strings.TrimSpace(card.Glyphs[l.Mark] + " " + words + theirs + opens)
}

// picture shows a picture that comes along as a file, what is on it, and where it
// is. Discord is given no address to fetch: another picture is somebody else's.
func (s *sheet) picture(p card.Picture) {
	alt := line(string(p.Alt), maxLine)
	if alt == "" {
		alt = s.say("discord.no_alt")
	}
	if name := s.Files[p.Hash]; name != "" && p.Hash != "" && len(s.pictures) < maxPictures {
		s.pictures = append(s.pictures, name)
	}
	text := escaped(alt, 2*maxLine)
	if link := web(p.URL, maxURL); link != "" {
		text += " · " + masked(escaped(line(s.say("discord.open_picture"), maxLabel), 2*maxLabel), link)
	}
	s.muted(text)
}

// Alt is what a picture's file says of itself.
func Alt(p card.Picture) string { return line(string(p.Alt), maxAlt) }

// Name is what a card's thread is called.
func Name(c card.Card) string {
	name := c.Title.String()
	if c.Author != nil {
		name = string(c.Author.Name) + " · " + name
	}
	for _, b := range c.Blocks {
		if b.Quote != nil && c.Author != nil {
			name = string(c.Author.Name) + ": " + string(b.Quote.Text)
			break
		}
	}
	return label(name, maxThread)
}
