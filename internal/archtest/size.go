package archtest

import (
	"fmt"
	"slices"
)

// How large things may grow, in lines as a newline ends them.
const (
	fileLines = 600
	roomFiles = 12
	roomLines = 1500
	mainLines = 80
)

// sized finds files and rooms that have outgrown one reader's head. Tests count
// by the file, not towards their room.
func sized(t *tree) []finding {
	var found []finding
	for _, r := range t.sorted() {
		files, lines := 0, 0
		for _, f := range r.files {
			if f.lines > fileLines {
				found = append(found, finding{"file size", f.name, fmt.Sprintf("has %d lines; at most %d", f.lines, fileLines)})
			}
			if !f.test {
				files++
				lines += f.lines
			}
		}
		if files > roomFiles {
			found = append(found, finding{"room size", r.folder, fmt.Sprintf("has %d files; at most %d", files, roomFiles)})
		}
		if lines > roomLines {
			found = append(found, finding{"room size", r.folder, fmt.Sprintf("has %d lines; at most %d", lines, roomLines)})
		}
		if row, _ := tierOf(r.folder); row.name == "main" && lines > mainLines {
			found = append(found, finding{"main size", r.folder, fmt.Sprintf("has %d lines; at most %d", lines, mainLines)})
		}
	}
	return found
}

// commented finds rooms without a package comment.
func commented(t *tree) []finding {
	var found []finding
	for _, r := range t.sorted() {
		if !slices.ContainsFunc(r.files, func(f file) bool { return f.commented }) {
			found = append(found, finding{"package comment", r.folder, "says nowhere what it is for"})
		}
	}
	return found
}
