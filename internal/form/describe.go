package form

import (
	"fmt"
	"strings"
)

// Describe writes the tables of an object and of all that is in it, in Markdown.
func Describe(o Object) string {
	var b strings.Builder
	describe(&b, "", o, map[string]bool{})
	return b.String()
}

// describe writes an object's table, then those of what is in it.
func describe(b *strings.Builder, path string, o Object, seen map[string]bool) {
	if seen[o.Called()] {
		return
	}
	seen[o.Called()] = true
	title := "The whole file"
	if path != "" {
		title = "`" + path + "`"
	}
	fmt.Fprintf(b, "\n## %s\n\n| key | value | usually | |\n|---|---|---|---|\n", title)
	for _, k := range o.Keys() {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", k.Name, cell(k), ordinary(k), k.Says)
	}
	for _, k := range o.Keys() {
		if k.Value.Part != nil {
			describe(b, strings.TrimPrefix(path+"."+k.Name, "."), k.Value.Part, seen)
		}
	}
}

func ordinary(k Key) string {
	switch {
	case k.Must:
		return "*needed*"
	case k.Usual == "":
		return ""
	default:
		return "`" + k.Usual + "`"
	}
}

func cell(k Key) string {
	if k.Value.Part == nil {
		return strings.ReplaceAll(k.Value.Want, "|", `\|`)
	}
	if strings.HasPrefix(k.Value.Want, "a list") {
		return k.Value.Want + ", see below"
	}
	return "a mapping, see below"
}
