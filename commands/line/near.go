package line

import (
	"ponte/bot/act"
	"ponte/bot/near"
)

// Nearest returns the name of the command that is closest to what was typed, or
// nothing when none is close.
func Nearest(name string, all []act.Command) string {
	best, at := "", 3
	for _, c := range all {
		if d := near.Distance(name, c.Name); d < at {
			best, at = c.Name, d
		}
	}
	return best
}
