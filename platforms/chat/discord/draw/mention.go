package draw

import "regexp"

// Discord shows the mention of a command to each person in their own language, and
// pressing it begins the command.
var (
	written   = regexp.MustCompile(`(^|[^\pL\pN/<\\])/ponte ([a-z][a-z-]*)`)
	mentioned = regexp.MustCompile(`</([a-z][a-z -]*[a-z]):\d{1,20}>`)
	grouped   = regexp.MustCompile(`/ponte (?:posts|more) `)
	command   = regexp.MustCompile(`^</[a-z][a-z -]*:\d{1,20}>$`)
)

// mentions makes the commands that a line of ours names ones that can be pressed, for
// as long as it has at most n units then. The line is escaped already.
func (s *sheet) mentions(line string, n int) string {
	if s.Command == nil {
		return line
	}
	out := written.ReplaceAllStringFunc(line, func(found string) string {
		m := written.FindStringSubmatch(found)
		if mention := s.Command(m[2]); command.MatchString(mention) {
			return m[1] + mention
		}
		return found
	})
	if size(out) > n {
		return line
	}
	return out
}

// Written is a text with its commands as they would be typed.
func Written(text string) string {
	return grouped.ReplaceAllString(mentioned.ReplaceAllString(text, "/$1"), "/ponte ")
}
