package transcript

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
)

// step is one line of a story, with what stands below it.
type step struct {
	line  int
	text  string
	block []string
}

// person is somebody of the team at their screen.
type somebody struct {
	name   string
	at     place // the open thread
	held   []message
	still  bool // the screen stands still
	form   *form
	formAt place
	typed  map[string]string
	last   func(string) (answer, error) // what they did last, under an id
	lastID string
	told   *answer // and were answered, unread
	shown  answer  // what they were shown alone last
	alone  place   // and where
	deeds  int
	hand   []string // pictures that go along with what they say next
}

// story is one that is being told.
type story struct {
	name     string // of its file
	update   bool
	steps    []step
	out      []string // the story as it was told
	ponte    *ponte
	chat     chat
	square   *square
	receiver *receiver
	people   map[string]*somebody
	said     []string // notes
	public   []string // as it was when somebody last had cause to look
	hooked   []string // how the last items were answered
	begun    bool
	alike    func(want, shown []string, alone bool) (w, s []string) // makes them comparable; nil: they are
	differs  map[string]string                                      // steps that are told otherwise in this chat, and why
}

// parse reads the steps of a story; line is where it begins in its file.
func parse(text string, line int) (steps []step) {
	for i, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		more, quoted := strings.CutPrefix(l, ">")
		if quoted && len(steps) > 0 {
			last := &steps[len(steps)-1]
			last.block = append(last.block, strings.TrimPrefix(more, " "))
			continue
		}
		steps = append(steps, step{line: line + i, text: l})
	}
	return steps
}

// tell goes through the steps, and ends at the first that goes wrong.
func (s *story) tell() error {
	for i, st := range s.steps {
		if st.idle() || s.differs[st.text] != "" && !s.answers(st) {
			s.out = append(s.out, st.text)
			continue
		}
		if err := errors.Join(s.take(st), s.unread(s.steps[i+1:])); err != nil {
			return fmt.Errorf("%s:%d: %s\n%w", s.name, st.line, st.text, err)
		}
	}
	if err := errors.Join(s.begin(), s.secrets()); err != nil {
		return fmt.Errorf("%s, at its end: %w", s.name, err)
	}
	return nil
}

// answers tells whether a step looks at what somebody was answered.
func (s *story) answers(st step) bool {
	for _, p := range s.people {
		if p.told != nil && looks(st.text, p) {
			return true
		}
	}
	return false
}

// take is one step.
func (s *story) take(st step) error {
	for _, v := range verbs {
		m := v.match.FindStringSubmatch(st.text)
		if m == nil {
			continue
		}
		if !v.sets {
			if err := s.begin(); err != nil {
				return err
			}
		}
		if v.shows != nil {
			return s.compare(st, v, m)
		}
		args := slices.Concat(m[1:], []string{strings.Join(st.block, "\n")})
		if err := v.does(s, args); err != nil {
			return err
		}
		s.out = append(s.out, st.text)
		for _, l := range st.block {
			s.out = append(s.out, "> "+l)
		}
		if log := s.ponte.log.take(); log != "" {
			return fmt.Errorf("an error was logged: %s", log)
		}
		return nil
	}
	return errors.New("nobody understands this line; see the package comment")
}

// begin opens Ponte at the moment that was given, once.
func (s *story) begin() error {
	if s.begun {
		return nil
	}
	s.begun = true
	time.Sleep(time.Until(s.ponte.given.at))
	return s.ponte.start()
}

// idle tells whether a line is a remark, or empty.
func (st step) idle() bool { return st.text == "" || strings.HasPrefix(st.text, "#") }

// unread makes sure that an answer is looked at in the step behind its deed.
func (s *story) unread(rest []step) error {
	next := ""
	if i := slices.IndexFunc(rest, func(st step) bool { return !st.idle() }); i >= 0 {
		next = rest[i].text
	}
	for _, p := range s.people {
		if p.told == nil || looks(next, p) {
			continue
		}
		if p.told.maybe {
			p.told = nil
			continue
		}
		if !s.update {
			return fmt.Errorf("nobody looked at what %s was answered:\n%s", p.name, strings.Join(written(told(p), p.told.notice), "\n"))
		}
		s.out = append(s.out, written(told(p), p.told.notice)...)
		p.told = nil
	}
	return nil
}

// told is the step that looks at a person's answer.
func told(p *somebody) string {
	if p.told.refused {
		return p.name + " is refused:"
	}
	return "only " + p.name + " sees:"
}

// looks tells whether a step looks at a person's answer.
func looks(next string, p *somebody) bool {
	heads := []string{told(p)}
	if p.told.either {
		heads = []string{"only " + p.name + " sees:", p.name + " is refused:"}
	}
	return slices.ContainsFunc(heads, func(head string) bool { return next == head || strings.HasPrefix(next, head+" ") })
}

// written is a step with what it shows: on its line, or below it.
func written(head string, shown []string) []string {
	if len(shown) == 1 {
		return []string{head + " " + shown[0]}
	}
	lines := []string{head}
	for _, l := range shown {
		lines = append(lines, "> "+l)
	}
	return lines
}

// compare holds what a step says against what is shown.
func (s *story) compare(st step, v verb, m []string) error {
	shown, err := v.shows(s, m[1:len(m)-1])
	if err != nil {
		return err
	}
	if len(shown) == 0 {
		shown = []string{"nothing"}
	}
	head, want := st.text, st.block
	if inline := m[len(m)-1]; inline != "" {
		head, want = strings.TrimSuffix(st.text, " "+inline), []string{inline}
	}
	if !s.update {
		s.out = append(s.out, written(head, want)...)
		if s.alike != nil {
			want, shown = s.alike(want, shown, strings.HasPrefix(head, "only ") || strings.Contains(head, " is refused"))
		}
		if diff := cmp.Diff(want, shown); diff != "" {
			return fmt.Errorf("shown is (+), said is (-):\n%s\nin full:\n%s", diff, strings.Join(shown, "\n"))
		}
		return nil
	}
	s.out = append(s.out, written(head, shown)...)
	return nil
}

// secrets makes sure that nothing which the team said among themselves went out.
func (s *story) secrets() error {
	if s.ponte.stop == nil {
		return nil
	}
	lines, err := s.square.shows()
	if err != nil {
		return err
	}
	out := strings.Join(lines, "\n") + s.receiver.everything()
	for _, note := range s.said {
		if strings.Contains(out, plain(note)) {
			return fmt.Errorf("a note is public: %q", note)
		}
	}
	return nil
}

// look remembers what is public now.
func (s *story) look() (err error) {
	s.public, err = s.square.shows()
	return err
}

var repeated = regexp.MustCompile(`^(".*") × (\d+)$`)

// spoken reads a text of a story; one in quotation marks as Go reads it, as often as said.
func spoken(text string) (string, error) {
	if m := repeated.FindStringSubmatch(text); m != nil {
		one, err := strconv.Unquote(m[1])
		n, _ := strconv.Atoi(m[2])
		return strings.Repeat(one, n), err
	}
	if len(text) > 1 && strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) {
		return strconv.Unquote(text)
	}
	return text, nil
}

var (
	anyText = regexp.MustCompile(`{\w+}`)
	oneName = regexp.MustCompile(`<\w+>`)
	emoji   = `<emoji>`
)

// pattern compiles the words of a verb. A word in angle brackets is a name, one
// in braces any text; an emoji is what has no space in it.
func pattern(words string) *regexp.Regexp {
	words = strings.ReplaceAll(anyText.ReplaceAllString(words, `(.+?)`), emoji, `(\S+)`)
	return regexp.MustCompile(`^` + oneName.ReplaceAllString(words, `([\p{L}\d-]+)`) + `$`)
}
