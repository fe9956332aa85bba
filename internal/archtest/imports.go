package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A tier is a row of the drawing: the rooms it holds and the tiers they may
// reach, directly or through others.
type tier struct {
	name  string
	rooms []string // path.Match patterns; the first tier that matches holds the room
	may   []string // tiers that its rooms may reach
	tests []string // tiers that its tests may reach besides
}

// tiers is the whole drawing, read from the first row to the last.
var tiers = []tier{
	{
		name:  "words",
		rooms: []string{"bot", "bot/card", "bot/act", "bot/hours", "bot/chart", "bot/check", "bot/postcard", "bot/triage", "bot/triage/*", "bot/verdict", "bot/near"},
		may:   []string{"words"},
	},
	{
		name:  "storage",
		rooms: []string{"storage"},
		may:   []string{"words"},
		tests: []string{"engine"},
	},
	{
		name:  "engine",
		rooms: []string{"storage/*"},
		may:   []string{"words", "storage"},
		tests: []string{"engine"},
	},
	{
		name:  "records",
		rooms: []string{"bot/records", "bot/clock", "bot/content"},
		may:   []string{"words", "storage"},
		tests: []string{"engine"},
	},
	{
		name:  "outbox",
		rooms: []string{"bot/outbox", "bot/outbox/*", "bot/pause"},
		may:   []string{"words", "storage", "records", "outbox"},
		tests: []string{"engine"},
	},
	{
		name:  "behaviour",
		rooms: []string{"bot/*"},
		may:   []string{"words", "storage", "records", "outbox"},
		tests: []string{"engine", "kit", "behaviour"},
	},
	{
		name:  "surface",
		rooms: []string{"commands", "commands/*"},
		may:   []string{"words", "storage", "records", "outbox", "behaviour", "surface"},
		tests: []string{"engine", "kit"},
	},
	{
		name:  "guard",
		rooms: []string{"internal/guard"},
	},
	{
		name:  "suite",
		rooms: []string{"platforms/chat/chattest", "platforms/social/socialtest"},
		may:   []string{"words"},
	},
	{
		name:  "embedded part",
		rooms: []string{"platforms/chat/console/*", "platforms/social/square/*"},
		may:   []string{"words", "storage", "embedded part"},
		tests: []string{"engine"},
	},
	{
		name:  "embedded edge",
		rooms: []string{"platforms/chat/console", "platforms/social/square", "platforms/social/webhook"},
		may:   []string{"words", "storage", "guard", "embedded part"},
		tests: []string{"engine", "suite"},
	},
	{
		name:  "page",
		rooms: []string{"platforms/calendar"},
		may:   []string{"words"},
		tests: []string{"catalogues"},
	},
	{
		name:  "edge fake",
		rooms: []string{"platforms/chat/pipetest", "platforms/chat/slack/slacktest", "platforms/chat/slack/slacktest/*", "platforms/chat/slack/draw/drawtest", "platforms/chat/discord/discordtest", "platforms/chat/discord/discordtest/*", "platforms/chat/discord/draw/drawtest"},
		may:   []string{"words", "edge fake"},
	},
	{
		name:  "edge part",
		rooms: []string{"platforms/chat/slack/*", "platforms/chat/discord/*"},
		may:   []string{"words", "edge part"},
		tests: []string{"suite", "edge fake"},
	},
	{
		name:  "edge",
		rooms: []string{"platforms/chat/*", "platforms/social/*"},
		may:   []string{"words", "edge part"},
		tests: []string{"suite", "edge fake"},
	},
	{
		name:  "adapters",
		rooms: []string{"platforms"},
		may:   []string{"words", "storage", "guard", "embedded part", "embedded edge", "edge part", "edge"},
		tests: []string{"engine", "suite"},
	},
	{
		name:  "kit",
		rooms: []string{"internal/coretest"},
		may:   []string{"words", "storage", "engine", "records", "outbox"},
	},
	{
		name:  "rules",
		rooms: []string{"internal/archtest"},
	},
	{
		name:  "catalogues",
		rooms: []string{"internal/i18n"},
		may:   []string{"words"},
	},
	{
		name:  "wiring",
		rooms: []string{"internal/*"},
		may: []string{
			"words", "storage", "engine", "records", "outbox", "behaviour", "surface",
			"embedded part", "embedded edge", "edge part", "edge", "page", "adapters", "catalogues", "guard", "wiring",
		},
		tests: []string{"edge fake"},
	},
	{
		name:  "main",
		rooms: []string{"cmd/*"},
		may: []string{
			"words", "storage", "engine", "records", "outbox", "behaviour", "surface",
			"embedded part", "embedded edge", "edge part", "edge", "page", "adapters", "catalogues", "guard", "wiring",
		},
	},
}

// tierOf finds the row that holds a room.
func tierOf(folder string) (tier, bool) {
	for _, row := range tiers {
		for _, pattern := range row.rooms {
			if held, _ := path.Match(pattern, folder); held {
				return row, true
			}
		}
	}
	return tier{}, false
}

// downwards finds every room that reaches another it may not know, through
// however many rooms between them.
func downwards(t *tree) []finding {
	var found []finding
	for _, r := range t.sorted() {
		row, placed := tierOf(r.folder)
		if !placed {
			found = append(found, finding{"imports", r.folder, "has no place in the table of rooms"})
			continue
		}
		found = append(found, t.strays(r, row.may, false)...)
		found = append(found, t.strays(r, slices.Concat(row.may, row.tests), true)...)
	}
	return found
}

// strays walks from a room's own files, or from its tests, to all they reach.
// It does not walk on from a room that may not be reached: that one's imports
// are not this one's fault.
func (t *tree) strays(from *room, may []string, tests bool) []finding {
	var found []finding
	seen := map[string]bool{from.folder: true}
	var walk func(trail []string, imports []string)
	walk = func(trail []string, imports []string) {
		for _, imported := range imports {
			folder, ours := t.within(imported)
			if !ours || seen[folder] {
				continue
			}
			seen[folder] = true
			row, _ := tierOf(folder)
			way := append(slices.Clone(trail), folder)
			if !slices.Contains(may, row.name) {
				found = append(found, finding{"imports", from.folder, "may not reach " + strings.Join(way, " → ")})
				continue
			}
			if next := t.rooms[folder]; next != nil {
				walk(way, next.imports(false))
			}
		}
	}
	walk(nil, from.imports(tests))
	return found
}

// imports lists what a room's own files import, or what its tests do.
func (r *room) imports(tests bool) []string {
	var all []string
	for _, f := range r.files {
		if f.test == tests {
			all = append(all, f.imports...)
		}
	}
	return all
}

// outside lists the packages of the standard library that touch the world; the
// rooms of pure words have no use for them.
var outside = []string{"os", "os/exec", "os/signal", "net", "net/http", "syscall", "database/sql", "log", "log/slog"}

// pure finds rooms of words that touch the world.
func pure(t *tree) []finding {
	var found []finding
	for _, r := range t.sorted() {
		if row, _ := tierOf(r.folder); row.name != "words" {
			continue
		}
		for _, imported := range r.imports(false) {
			if slices.Contains(outside, imported) {
				found = append(found, finding{"pure", r.folder, fmt.Sprintf("imports %q, which touches the world", imported)})
			}
		}
	}
	return found
}

// harnesses lists the rooms that try Ponte as people and platforms meet it, and
// the tiers they may import for that: enough to start one and to read its words; and
// what reads a line as people type it, for a platform that takes it apart before.
var (
	harnesses    = []string{"internal/browsertest", "internal/transcript"}
	harnessTiers = []string{"words", "catalogues", "guard", "wiring", "edge fake"}
	harnessRooms = []string{"commands/line"}
)

// wired finds harnesses that reach past the wire into what they try.
func wired(t *tree) []finding {
	var found []finding
	for _, r := range t.sorted() {
		if !slices.Contains(harnesses, r.folder) {
			continue
		}
		for _, imported := range slices.Concat(r.imports(false), r.imports(true)) {
			folder, ours := t.within(imported)
			row, _ := tierOf(folder)
			if ours && folder != r.folder && !slices.Contains(harnessTiers, row.name) && !slices.Contains(harnessRooms, folder) {
				found = append(found, finding{"wire", r.folder, "reaches past the wire to " + folder})
			}
		}
	}
	return found
}
