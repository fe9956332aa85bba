// Package archtest holds the project to its own drawing: which room may import
// which, how large a file and a room may grow, which libraries are used where,
// and that no platform is named in the core.
//
// It reads source text and nothing else. It may not import any other room, and
// no other room may import it.
package archtest

import (
	"bufio"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A tree is the source of one module as the rules see it. Every .go file
// belongs to a room whatever its build tags; test data does not.
type tree struct {
	module  string
	rooms   map[string]*room // by folder, slash-separated, relative to the module
	texts   []text           // every readable file of the core, test data too
	direct  []string         // modules that go.mod requires directly
	library string           // docs/dependencies.md
}

// A room is one package folder.
type room struct {
	folder string
	files  []file
}

// A file is one .go file.
type file struct {
	name      string
	test      bool
	lines     int
	commented bool // carries a package comment
	imports   []string
}

// A text is any readable file.
type text struct{ name, body string }

// A finding is one breach of one rule. Where is a folder or a file.
type finding struct{ rule, where, what string }

func (f finding) String() string { return f.where + ": " + f.what + " (" + f.rule + ")" }

// read loads a module from the folder that holds its go.mod.
func read(fsys fs.FS) (*tree, error) {
	t := &tree{rooms: map[string]*room{}}
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, err
	}
	t.module, t.direct = requirements(string(mod))
	doc, err := fs.ReadFile(fsys, "docs/dependencies.md")
	if err != nil {
		return nil, err
	}
	t.library = string(doc)
	return t, fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if skipped(name) || anotherModule(fsys, name) {
				return fs.SkipDir
			}
			return nil
		}
		return t.add(fsys, name)
	})
}

// skipped tells folders that hold no source of this module.
func skipped(folder string) bool {
	base := path.Base(folder)
	return folder != "." && (strings.HasPrefix(base, ".") || base == "node_modules") ||
		strings.HasSuffix(folder, "testdata/fuzz")
}

// anotherModule tells folders that have a go.mod of their own: what they import
// never becomes part of this module.
func anotherModule(fsys fs.FS, folder string) bool {
	_, err := fs.Stat(fsys, path.Join(folder, "go.mod"))
	return folder != "." && err == nil
}

// add takes one file into the tree.
func (t *tree) add(fsys fs.FS, name string) error {
	goFile := strings.HasSuffix(name, ".go") && !strings.Contains(name, "testdata/")
	if !goFile && !inCore(name) {
		return nil
	}
	body, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	if inCore(name) && utf8.Valid(body) {
		t.texts = append(t.texts, text{name, string(body)})
	}
	if !goFile {
		return nil
	}
	syntax, err := parser.ParseFile(token.NewFileSet(), name, body, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return err
	}
	f := file{
		name:      name,
		test:      strings.HasSuffix(name, "_test.go"),
		lines:     strings.Count(string(body), "\n"),
		commented: syntax.Doc != nil && strings.TrimSpace(syntax.Doc.Text()) != "",
	}
	for _, spec := range syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		f.imports = append(f.imports, imported)
	}
	folder := path.Dir(name)
	if t.rooms[folder] == nil {
		t.rooms[folder] = &room{folder: folder}
	}
	t.rooms[folder].files = append(t.rooms[folder].files, f)
	return nil
}

// requirements reads the module's name and its direct requirements from the
// text of a go.mod.
func requirements(mod string) (module string, direct []string) {
	block := ""
	for lines := bufio.NewScanner(strings.NewReader(mod)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 0:
		case fields[0] == ")":
			block = ""
		case len(fields) == 2 && fields[1] == "(":
			block = fields[0]
		case fields[0] == "module":
			module = fields[1]
		case strings.HasSuffix(lines.Text(), "// indirect"):
		case block == "require":
			direct = append(direct, fields[0])
		case fields[0] == "require":
			direct = append(direct, fields[1])
		}
	}
	return module, direct
}

// sorted lists the rooms by folder.
func (t *tree) sorted() []*room {
	var rooms []*room
	for _, r := range t.rooms {
		rooms = append(rooms, r)
	}
	slices.SortFunc(rooms, func(a, b *room) int { return strings.Compare(a.folder, b.folder) })
	return rooms
}

// within turns an import path of this module into a folder, and reports
// whether it is one.
func (t *tree) within(imported string) (string, bool) {
	return strings.CutPrefix(imported, t.module+"/")
}
