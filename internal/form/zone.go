package form

import (
	_ "embed"
	"path"
	"strings"
	"time"
	_ "time/tzdata" // zones are known wherever Ponte runs, also where the system has none
)

// zoneNames lists the time zones of the IANA database, one on each line.
//
//go:embed zones.txt
var zoneNames string

// Zone reads the name of a time zone.
func Zone(into *Word) Reading {
	const want = `a time zone such as "Europe/Madrid"`
	return Reading{Want: want, Take: func(r *Reader, n *Node) {
		expected := want
		if z := nearZone(n.Text); z != "" {
			expected = Quote(z)
		}
		Written(into, expected, func(s string) string {
			if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
				return "the unknown time zone " + Quote(s)
			}
			return ""
		}).Take(r, n)
	}}
}

// nearZone returns the zone that was most likely meant, by its whole name or by
// its city alone.
func nearZone(typed string) string {
	if typed == "" {
		return ""
	}
	all := strings.Fields(zoneNames)
	typed = strings.ReplaceAll(strings.TrimSpace(typed), " ", "_")
	for _, z := range all {
		if strings.EqualFold(z, typed) || strings.EqualFold(path.Base(z), typed) {
			return z
		}
	}
	if strings.Contains(typed, "/") {
		return Near(typed, all)
	}
	cities, by := make([]string, 0, len(all)), map[string]string{}
	for _, z := range all {
		c := path.Base(z)
		if _, there := by[c]; !there {
			by[c] = z
			cities = append(cities, c)
		}
	}
	return by[Near(typed, cities)]
}
