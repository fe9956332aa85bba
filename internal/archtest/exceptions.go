package archtest

import "slices"

// An exception lets one place break one rule, and says why.
type exception struct{ rule, where, reason string }

// exceptions is the whole list. One that excuses nothing any more is itself a
// finding, so the list cannot outlive its reasons.
var exceptions = []exception{
	{"room size", "internal/cli", "one file for each verb, each of them short and none knowing the others"},
	{"room size", "bot/post", "all that moves a post stands beside its gate, so that one reader sees that no way leads around it"},
}

// excused removes what the exceptions allow, and adds the exceptions that
// allow nothing or give no reason.
func excused(found []finding, allowed []exception) []finding {
	var left []finding
	used := make([]bool, len(allowed))
	for _, f := range found {
		at := slices.IndexFunc(allowed, func(e exception) bool { return e.rule == f.rule && e.where == f.where })
		if at < 0 {
			left = append(left, f)
			continue
		}
		used[at] = true
	}
	for i, e := range allowed {
		if !used[i] {
			left = append(left, finding{e.rule, e.where, "has an exception that excuses nothing"})
		}
		if e.reason == "" {
			left = append(left, finding{e.rule, e.where, "has an exception without a reason"})
		}
	}
	return left
}
