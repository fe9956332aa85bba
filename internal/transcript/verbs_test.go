package transcript

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
)

// verb is what a line can say. One that shows is compared with what the line says.
type verb struct {
	match *regexp.Regexp
	does  func(*story, []string) error
	shows func(*story, []string) ([]string, error)
	sets  bool // it is said before Ponte begins
}

func does(words string, f func(*story, []string) error) verb {
	return verb{match: pattern(words), does: f}
}

func sets(words string, f func(*story, []string) error) verb {
	return verb{match: pattern(words), does: f, sets: true}
}

func shows(words string, f func(*story, []string) ([]string, error)) verb {
	return verb{match: regexp.MustCompile(strings.TrimSuffix(pattern(words).String(), "$") + `:(?: (.+))?$`), shows: f}
}

// verbs is the whole language; the first that matches is meant.
var verbs = []verb{
	sets(`given language <code>`, func(s *story, a []string) error { s.ponte.given.language = bot.Lang(a[0]); return nil }),
	sets(`given folding <n>`, givenFolding),
	sets(`given quorum <n>`, func(s *story, a []string) error { return s.given(bot.PostMatter, a[0]) }),
	sets(`given replies <n>`, func(s *story, a []string) error { return s.given(bot.ReplyMatter, a[0]) }),
	sets(`given authors decide`, func(s *story, _ []string) error { s.ponte.given.self = true; return nil }),
	sets(`given zone {name}`, givenZone),
	sets(`given alt texts`, func(s *story, _ []string) error { s.ponte.given.alt = true; return nil }),
	sets(`given the shop takes <n>`, func(s *story, a []string) (err error) { s.ponte.given.shop, err = strconv.Atoi(a[0]); return err }),
	sets(`given {address} answers {what}`, func(s *story, a []string) error { s.ponte.given.web[a[0]] = a[1]; return nil }),
	sets(`given <who> is {roles}`, givenRoles),
	sets(`given {moment}`, givenMoment),

	does(`clock \+<duration>`, clockFor),
	does(`clock {moment}`, clockTo),
	does(`restart`, func(s *story, _ []string) error { return errors.Join(s.ponte.end(), s.ponte.start()) }),
	does(`stop`, func(s *story, _ []string) error { return s.ponte.end() }),
	does(`start`, func(s *story, _ []string) error { return s.ponte.start() }),
	does(`kill`, func(s *story, _ []string) error { return s.ponte.kill() }),

	does(`customer {author} on <post>: {text}`, func(s *story, a []string) error { return s.customer(a[0], a[1], "", a[2]) }),
	does(`customer {author} to {whom}: {text}`, func(s *story, a []string) error { return s.customer(a[0], "", a[1], a[2]) }),
	does(`customer {author} edits: {text}`, customerEdits),
	does(`customer {author} deletes`, customerDeletes),
	does(`<n> customers on <post>: {text}`, manyCustomers),
	does(`<n> customers like <post>`, customersLike),
	shows(`webhook answers`, func(s *story, _ []string) ([]string, error) { return s.hooked, nil }),
	does(`webhook <account>:(?: (.+))?`, webhookTakes),
	does(`receiver answers <status>`, receiverAnswers),
	does(`receiver hangs up`, func(s *story, _ []string) error { s.receiver.answers(0); return nil }),
	does(`public shows nothing new`, nothingNew),
	does(`receiver shows nothing new`, nothingReceived),
	shows(`public shows`, publicShows),
	shows(`receiver shows`, func(s *story, _ []string) ([]string, error) { return s.receiver.take(), s.secrets() }),

	shows(`only <who> sees`, wasTold),
	shows(`<who> is refused`, wasTold),
	shows(`<who>'s <view> shows`, viewShows),
	does(`<who>'s <view> has: {words}`, func(s *story, a []string) error { return s.has(a[0], a[1], a[2], true) }),
	does(`<who>'s <view> lacks: {words}`, func(s *story, a []string) error { return s.has(a[0], a[1], a[2], false) }),
	does(`<who>'s screen stands still`, standsStill),
	does(`<who>'s screen moves on`, movesOn),
	does(`<who> sees no {words}`, seesNo),
	does(`<who> opens {words}`, opens),
	does(`<who> clicks {label} twice`, func(s *story, a []string) error { return s.clicks(a[0], a[0], "", a[1], 2) }),
	does(`<who> clicks {label} as <other> sees it from <room>`, func(s *story, a []string) error { return s.clicks(a[0], a[2], a[3], a[1], 1) }),
	does(`<who> clicks {label} as <other> sees it`, func(s *story, a []string) error { return s.clicks(a[0], a[2], "", a[1], 1) }),
	does(`<who> clicks {label}`, func(s *story, a []string) error { return s.clicks(a[0], a[0], "", a[1], 1) }),
	does(`<who> presses {label}`, presses),
	does(`<who> fills {field}: {text}`, fills),
	does(`<who> uploads a <picture>`, uploads),
	does(`<who> describes it: {text}`, describes),
	does(`<who> chooses <field>: {label}`, chooses),
	does(`<who> submits twice`, func(s *story, a []string) error { return s.submits(a[0], 2) }),
	does(`<who> submits`, func(s *story, a []string) error { return s.submits(a[0], 1) }),
	does(`<who> reacts <emoji> to {words}`, func(s *story, a []string) error { return s.reacts(a[0], a[0], a[1], a[2], false) }),
	does(`<who> reacts <emoji> as <other> sees it`, func(s *story, a []string) error { return s.reacts(a[0], a[2], a[1], "", false) }),
	does(`<who> reacts <emoji>`, func(s *story, a []string) error { return s.reacts(a[0], a[0], a[1], "", false) }),
	does(`<who> takes back <emoji> from {words}`, func(s *story, a []string) error { return s.reacts(a[0], a[0], a[1], a[2], true) }),
	does(`<who> takes back <emoji>`, func(s *story, a []string) error { return s.reacts(a[0], a[0], a[1], "", true) }),
	does(`<who> closes the form`, closes),
	does(`<who> sends that again`, again),
	does(`<who> in <room>: {text}`, func(s *story, a []string) error { return s.says(a[0], place{room: a[1]}, a[2]) }),
	does(`<who>: {text}`, func(s *story, a []string) error { return s.says(a[0], place{}, a[1]) }),
}

func givenFolding(s *story, a []string) (err error) {
	s.ponte.given.folding, err = strconv.Atoi(a[0])
	return err
}

// given sets how many approvers must agree on a matter.
func (s *story) given(m bot.Matter, n string) (err error) {
	s.ponte.given.quorum[m], err = strconv.Atoi(n)
	return err
}

func givenZone(s *story, a []string) (err error) {
	s.ponte.given.zone, err = time.LoadLocation(a[0])
	return err
}

// givenRoles says what somebody of the first brand may do.
func givenRoles(s *story, a []string) error {
	for _, r := range strings.Split(a[1], ", ") {
		if !slices.Contains(bot.Anyone, bot.Role(r)) {
			return fmt.Errorf("%q is no role", r)
		}
		s.ponte.given.roles[a[0]] = append(s.ponte.given.roles[a[0]], bot.Role(r))
	}
	return nil
}

func givenMoment(s *story, a []string) (err error) {
	s.ponte.given.at, err = time.ParseInLocation("2006-01-02 15:04", a[0], s.ponte.given.zone)
	return err
}

func clockFor(_ *story, a []string) error {
	d, err := time.ParseDuration(a[0])
	if err == nil {
		pass(d)
	}
	return err
}

func clockTo(s *story, a []string) error {
	at, err := time.ParseInLocation("2006-01-02 15:04", a[0], s.ponte.given.zone)
	if err == nil && !at.After(time.Now()) {
		err = fmt.Errorf("it is %s already", time.Now().In(s.ponte.given.zone).Format(time.DateTime))
	}
	if err == nil {
		pass(time.Until(at))
	}
	return err
}

// customer has somebody say something in public.
func (s *story) customer(author, post, to, words string) error {
	author, err := spoken(author)
	if err != nil {
		return err
	}
	if words, err = spoken(words); err != nil {
		return err
	}
	if err := s.square.say(author, post, to, words); err != nil {
		return err
	}
	pass(time.Second)
	return s.look()
}

func manyCustomers(s *story, a []string) error {
	n, err := strconv.Atoi(a[0])
	for i := range n {
		err = errors.Join(err, s.square.say(fmt.Sprintf("Guest %d", i+1), a[1], "", a[2]))
	}
	pass(time.Second)
	return errors.Join(err, s.look())
}

// customersLike has Guest 1 and so on like a post, of whom each can do so once.
func customersLike(s *story, a []string) error {
	n, err := strconv.Atoi(a[0])
	for i := range n {
		err = errors.Join(err, s.square.like(fmt.Sprintf("Guest %d", i+1), a[1]))
	}
	pass(time.Second)
	return err
}

func customerEdits(s *story, a []string) error {
	if err := s.square.edit(a[0], a[1]); err != nil {
		return err
	}
	pass(time.Second)
	return s.look()
}

func customerDeletes(s *story, a []string) error {
	if err := s.square.remove(a[0]); err != nil {
		return err
	}
	pass(time.Second)
	return s.look()
}

func webhookTakes(s *story, a []string) (err error) {
	s.hooked, err = s.square.hook(a[0], strings.TrimSpace(a[1]+a[2]))
	pass(time.Second)
	return err
}

func receiverAnswers(s *story, a []string) error {
	status, err := strconv.Atoi(a[0])
	s.receiver.answers(status)
	return err
}

func publicShows(s *story, _ []string) ([]string, error) {
	if err := s.secrets(); err != nil {
		return nil, err
	}
	err := s.look()
	return s.public, err
}

func nothingNew(s *story, _ []string) error {
	was := slices.Clone(s.public)
	if err := errors.Join(s.secrets(), s.look()); err != nil {
		return err
	}
	if !slices.Equal(was, s.public) {
		return fmt.Errorf("public is\n%s\nand was\n%s", strings.Join(s.public, "\n"), strings.Join(was, "\n"))
	}
	return nil
}

func nothingReceived(s *story, _ []string) error {
	if got := s.receiver.take(); len(got) > 0 {
		return fmt.Errorf("it shows\n%s", strings.Join(got, "\n"))
	}
	return nil
}
