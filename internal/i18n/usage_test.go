package i18n

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"ponte/bot"
	"ponte/bot/card"
)

// families are the keys that are put together from a word of the product: each
// word needs its message.
var families = map[string][]string{
	"console.mark_":   marks(),
	"relay.kind.":     list(bot.ItemKinds),
	"team.role.":      list(bot.Anyone),
	"relay.priority.": {string(bot.Urgent), string(bot.High), string(bot.Normal), string(bot.Low)},
}

func list[S ~string](in []S) (out []string) {
	for _, s := range in {
		out = append(out, string(s))
	}
	return out
}

// marks are those that have a word; a note's has none.
func marks() (out []string) {
	for m := range card.Glyphs {
		if m != card.MarkNote {
			out = append(out, string(m))
		}
	}
	return out
}

// sayers are functions that put a table before the key they are given.
var sayers = []sayer{
	{"platforms/chat/console/", "Say", "console."},
	{"commands/", "Say", ""},
}

type sayer struct{ folder, name, table string }

// own are the keys that this room takes by itself.
const own = "time."

// ask is a place in the code that asks for a message.
type ask struct {
	at     token.Position
	key    string
	begins bool     // key is only its beginning
	ends   string   // and this its end
	maybe  bool     // unless the catalogues have such a table, it is something else
	args   []string // in lower case
	counts bool     // one of them is a number
	known  bool     // args lists all of them
}

// usage is how the module's code and pages use the catalogues.
type usage struct {
	asks    []ask
	strings map[string]bool // every string of the code
}

// scan reads the Go files and pages of a module, but no tests.
func scan(module fs.FS) (*usage, error) {
	u := &usage{strings: map[string]bool{}}
	fset := token.NewFileSet()
	err := fs.WalkDir(module, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || name == "internal/i18n") {
				return fs.SkipDir
			}
			return nil
		}
		ext := path.Ext(name)
		if strings.HasSuffix(name, "_test.go") || !slices.Contains([]string{".go", ".html", ".js"}, ext) {
			return nil
		}
		data, err := fs.ReadFile(module, name)
		if err != nil {
			return err
		}
		if ext != ".go" {
			u.page(name, string(data))
			return nil
		}
		file, err := parser.ParseFile(fset, name, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		u.code(fset, file)
		return nil
	})
	return u, err
}

var quoted = regexp.MustCompile("[\"'`]([a-z_]+(?:\\.[a-z0-9_]+)+)(\\.?)[\"'`]")

// page takes every dotted string of a page, where one of no table of the
// catalogues is no message, and what its sayers are given.
func (u *usage) page(name, text string) {
	for n, line := range strings.Split(text, "\n") {
		for _, s := range sayers {
			if !strings.HasPrefix(name, s.folder) {
				continue
			}
			for _, m := range regexp.MustCompile(s.name+` \(?(?:printf )?"([a-z0-9_.]+)(%?)`).FindAllStringSubmatch(line, -1) {
				u.asks = append(u.asks, ask{at: token.Position{Filename: name, Line: n + 1}, key: s.table + m[1], begins: m[2] != ""})
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			at := token.Position{Filename: name, Line: n + 1}
			u.asks = append(u.asks, ask{at: at, key: m[1] + m[2], begins: m[2] != "", maybe: true})
		}
	}
}

func (u *usage) code(fset *token.FileSet, file *ast.File) {
	for _, decl := range file.Decls {
		values := assigned(decl)
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, ok := text(n); ok {
					u.strings[s] = true
				}
			case *ast.CallExpr:
				u.call(fset, n, values)
			case *ast.CompositeLit:
				if slices.Contains([]string{"Words", "Error"}, called(n.Type)) {
					for _, e := range n.Elts {
						if kv, ok := e.(*ast.KeyValueExpr); ok && called(kv.Key) == "Key" {
							u.add(fset, kv.Value, values, ask{})
						}
					}
				}
			}
			return true
		})
	}
}

// call takes card.W(key, …), what sayers are given, and bot.Errorf(kind, key, …).
func (u *usage) call(fset *token.FileSet, n *ast.CallExpr, values map[string][]ast.Expr) {
	a := ask{known: !n.Ellipsis.IsValid()}
	table := ""
	switch name := called(n.Fun); {
	case len(n.Args) > 0 && says(name, fset.Position(n.Pos()).Filename, &table):
		for _, e := range n.Args[1:] {
			arg, ok := e.(*ast.CallExpr)
			if !ok || len(arg.Args) != 2 {
				a.known = false
				continue
			}
			name, ok := text(arg.Args[0])
			a.known = a.known && ok
			a.args = append(a.args, strings.ToLower(name))
			a.counts = a.counts || called(arg.Fun) == "Count"
		}
		key := n.Args[0]
		a.at = fset.Position(key.Pos())
		if table != "" {
			key = &ast.BinaryExpr{X: quote(table), Op: token.ADD, Y: key}
		}
		u.add(fset, key, values, a)
	case name == "Errorf" && len(n.Args) > 1 && !from(n.Fun, "fmt"):
		for i := 2; i < len(n.Args); i += 2 {
			name, ok := text(n.Args[i])
			a.known = a.known && ok
			a.args = append(a.args, strings.ToLower(name))
		}
		u.add(fset, n.Args[1], values, a)
	}
}

// says reports whether a function makes words of its first argument, and which
// table it puts before it.
func says(name, file string, table *string) bool {
	for _, s := range sayers {
		if name == s.name && strings.HasPrefix(file, s.folder) {
			*table = s.table
			return true
		}
	}
	return name == "W"
}

func quote(s string) ast.Expr { return &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(s)} }

// add records what an expression asks for: a text, the beginning of one, or what
// a variable is given in the same declaration.
func (u *usage) add(fset *token.FileSet, e ast.Expr, values map[string][]ast.Expr, a ask) {
	if !a.at.IsValid() {
		a.at = fset.Position(e.Pos())
	}
	if name, ok := e.(*ast.Ident); ok {
		for _, v := range values[name.Name] {
			if _, variable := v.(*ast.Ident); !variable {
				u.add(fset, v, nil, a)
			}
		}
		return
	}
	if a.key, a.begins = beginning(e); a.key != "" {
		if sum, ok := e.(*ast.BinaryExpr); ok && a.begins {
			a.ends, _ = text(sum.Y)
		}
		u.asks = append(u.asks, a)
	}
}

// takes reports whether a key is the one asked for, or may be.
func (a ask) takes(key string) bool {
	return key == a.key || a.begins && strings.HasPrefix(key, a.key) && strings.HasSuffix(key[len(a.key):], a.ends)
}

// beginning returns what is known of a text, and whether more may follow.
func beginning(e ast.Expr) (string, bool) {
	if s, ok := text(e); ok {
		return s, false
	}
	sum, ok := e.(*ast.BinaryExpr)
	if !ok || sum.Op != token.ADD {
		return "", true
	}
	left, more := beginning(sum.X)
	if more {
		return left, true
	}
	right, more := beginning(sum.Y)
	return left + right, more
}

// assigned returns what each variable is given within a declaration.
func assigned(decl ast.Decl) map[string][]ast.Expr {
	values := map[string][]ast.Expr{}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if name := called(left); name != "" && len(n.Lhs) == len(n.Rhs) {
					values[name] = append(values[name], n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, v := range n.Values {
				values[n.Names[i].Name] = append(values[n.Names[i].Name], v)
			}
		}
		return true
	})
	return values
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// called returns the last part of a name: W of card.W.
func called(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func from(e ast.Expr, pkg string) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && called(s.X) == pkg
}

// faults compares what is asked for with what a catalogue has.
func (u *usage) faults(have map[string]*i18n.Message) []string {
	var found []string
	tables, begun := map[string]bool{}, []ask{{key: own, begins: true}}
	for key := range have {
		table, _, _ := strings.Cut(key, ".")
		tables[table] = true
	}
	for _, a := range u.asks {
		if a.begins && !slices.ContainsFunc(sayers, func(s sayer) bool { return s.table == a.key }) {
			begun = append(begun, a)
		}
		if table, _, _ := strings.Cut(a.key, "."); a.maybe && !tables[table] {
			continue
		}
		if fault := a.fault(have); fault != "" {
			found = append(found, fmt.Sprintf("%s:%d: %s", a.at.Filename, a.at.Line, fault))
		}
		u.strings[a.key] = true
	}
	for key := range have {
		said := u.strings[key] || slices.ContainsFunc(begun, func(a ask) bool { return a.takes(key) }) ||
			slices.ContainsFunc(sayers, func(s sayer) bool {
				rest, ok := strings.CutPrefix(key, s.table)
				return ok && u.strings[rest]
			})
		if !said {
			found = append(found, key+": nothing says it")
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (a ask) fault(have map[string]*i18n.Message) string {
	if a.begins {
		for key := range have {
			if a.takes(key) {
				return ""
			}
		}
		return "no message " + a.key + "…" + a.ends
	}
	m := have[a.key]
	if m == nil {
		return "no message " + a.key
	}
	if !a.known {
		return ""
	}
	for _, name := range placeholders(m.Other) {
		if !slices.Contains(a.args, name) {
			return fmt.Sprintf("%s: nothing fills {{.%s}}", a.key, name)
		}
	}
	if plural(m) && !a.counts {
		return a.key + ": follows a number and is given none"
	}
	return ""
}

func TestCodeAndCataloguesAgree(t *testing.T) {
	u, err := scan(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	have := messages(t, embedded)[bot.English]
	for _, fault := range u.faults(have) {
		t.Error(fault)
	}
	for begin, words := range families {
		if !slices.ContainsFunc(u.asks, func(a ask) bool { return a.begins && strings.HasPrefix(begin, a.key) }) {
			t.Errorf("families: nothing asks for %s…", begin)
		}
		for _, word := range words {
			if have[begin+word] == nil {
				t.Errorf("no message %s", begin+word)
			}
		}
	}
}

func TestDisagreementsWithTheCodeAreFound(t *testing.T) {
	const head = "package x\n"
	have := messages(t, shelf(t, map[string]string{
		"en/a.toml": "[a]\nx = 'Ask {{.Name}}'\nplain = 'Yes'\n[a.n]\none = '{{.N}} day'\nother = '{{.N}} days'\n[a.kind]\nred = 'Red'\n",
	}))[bot.English]
	const all = `var (_ = card.W("a.x", card.Text("Name", v)); _ = card.W("a.plain"); _ = card.W("a.n", card.Count("N", 1)); _ = card.W("a.kind."+k))` + "\n"
	cases := []struct{ name, file, body, want string }{
		{"nothing", "x.go", "", ""},
		{"no such message", "x.go", `var _ = card.W("a.y")`, "x/x.go:3: no message a.y"},
		{"no such error", "x.go", `var _ = bot.Errorf(bot.Invalid, "error.y")`, "x/x.go:3: no message error.y"},
		{"an error of another kind", "x.go", `var _ = fmt.Errorf("%s: %w", "error.y", err)`, ""},
		{"in words put together by hand", "x.go", `var _ = card.Words{Key: "a.y"}`, "x/x.go:3: no message a.y"},
		{"in a pointer to an error", "x.go", `var _ = &bot.Error{Kind: k, Key: "a.y"}`, "x/x.go:3: no message a.y"},
		{"another thing's key", "x.go", `var _ = act.Effect{Key: "a.y"}`, ""},
		{"in a variable", "x.go", "func f() { key := `a.y`; if b { key = \"a.plain\" }; card.W(key) }", "x/x.go:3: no message a.y"},
		{"no family", "x.go", `var _ = card.W("a.sort." + s + "x")`, "x/x.go:3: no message a.sort.…x"},
		{"nothing to fill with", "x.go", `var _ = card.W("a.x", card.Text("Who", v))`, "x/x.go:3: a.x: nothing fills {{.name}}"},
		{"filled in another case", "x.go", `var _ = card.W("a.x", card.Text("name", v))`, ""},
		{"filled by an error", "x.go", `var _ = bot.Errorf(k, "a.x", "name", v)`, ""},
		{"not filled by an error", "x.go", `var _ = bot.Errorf(k, "a.x", "v", v)`, "x/x.go:3: a.x: nothing fills"},
		{"filled by who knows what", "x.go", `var _ = card.W("a.x", args...)`, ""},
		{"no number", "x.go", `var _ = card.W("a.n", card.Text("N", "1"))`, "x/x.go:3: a.n: follows a number"},
		{"a test may ask for anything", "x_test.go", head + `var _ = card.W("a.y")`, ""},
		{"on a page", "x.html", `<p>{{t "a.y"}}</p>`, "x/x.html:1: no message a.y"},
		{"by a sayer", "platforms/chat/console/x.go", `var _ = v.Say("y", "N", 1)`, "platforms/chat/console/x.go:3: no message console.y"},
		{"by a sayer, a family", "platforms/chat/console/x.go", `var _ = v.Say("y."+k)`, "platforms/chat/console/x.go:3: no message console.y.…"},
		{"by a sayer on a page", "platforms/chat/console/x.html", `<p>{{.Say "y" "N" 1}} {{$.Say (printf "z.%s" .Mark)}}</p>`, "platforms/chat/console/x.html:1: no message console.y\nplatforms/chat/console/x.html:1: no message console.z.…"},
		{"by one that takes it whole", "commands/x.go", `var _ = Say("a.x", card.Text("Who", v))`, "commands/x.go:3: a.x: nothing fills"},
		{"another's Say", "x.go", `var _ = v.Say("y")`, ""},
		{"on a page, of another table", "x.js", `f("b.y")`, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			module := fstest.MapFS{"x/all.go": {Data: []byte(head + all)}}
			if strings.HasSuffix(tc.file, "x.go") {
				tc.body = head + "\n" + tc.body
			}
			if path.Dir(tc.file) == "." {
				tc.file = "x/" + tc.file
			}
			module[tc.file] = &fstest.MapFile{Data: []byte(tc.body)}
			u, err := scan(module)
			if err != nil {
				t.Fatal(err)
			}
			found := u.faults(have)
			if tc.want == "" && len(found) > 0 || tc.want != "" && !strings.HasPrefix(strings.Join(found, "\n"), tc.want) {
				t.Errorf("found %q, want %q", found, tc.want)
			}
		})
	}
	for name, body := range map[string]string{
		"a.plain: nothing says it":    strings.Replace(all, `"a.plain"`, `p`, 1),
		"a.kind.red: nothing says it": strings.Replace(all, `"a.kind."`, `p`, 1),
	} {
		u, err := scan(fstest.MapFS{"x/all.go": {Data: []byte(head + body)}})
		if err != nil {
			t.Fatal(err)
		}
		if found := u.faults(have); !slices.Equal(found, []string{name}) {
			t.Errorf("found %q, want %q", found, name)
		}
	}
}
