package archtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// core lists the folders that work for any platform and so name none.
var core = []string{"bot", "commands", "storage"}

// platformNames lists what the core never says, in lower case and singular.
var platformNames = []string{
	"slack", "discord", "console", "square", "webhook",
	"mastodon", "bluesky", "wordpress", "telegram", "mattermost", "zulip",
	"twitter", "facebook", "instagram", "linkedin", "youtube", "tiktok",
	"whatsapp", "reddit", "discourse", "trustpilot", "pixelfed", "lemmy", "peertube",
}

// inCore tells whether a file belongs to the core.
func inCore(name string) bool {
	return slices.ContainsFunc(core, func(folder string) bool { return beneath(name, folder) })
}

// word matches one word of prose or of an identifier: Capitalised, lower, or
// all in capitals.
var word = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

// seam matches where capitals end and a Capitalised word begins.
var seam = regexp.MustCompile(`([A-Z])([A-Z][a-z])`)

// words splits a line into its words.
func words(line string) []string {
	return word.FindAllString(seam.ReplaceAllString(line, "$1 $2"), -1)
}

// nameless finds platforms named in the core: in identifiers, strings,
// comments, tests and test data, whatever the case.
func nameless(t *tree) []finding {
	var found []finding
	for _, file := range t.texts {
		for number, line := range strings.Split(file.body, "\n") {
			for _, spoken := range words(line) {
				name := strings.TrimSuffix(strings.ToLower(spoken), "s")
				if slices.Contains(platformNames, name) {
					found = append(found, finding{"names", file.name, fmt.Sprintf("line %d names a platform: %s", number+1, spoken)})
				}
			}
		}
		for _, spoken := range words(file.name) {
			if slices.Contains(platformNames, strings.ToLower(spoken)) {
				found = append(found, finding{"names", file.name, "is named after a platform"})
			}
		}
	}
	return found
}
