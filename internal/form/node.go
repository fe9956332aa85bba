package form

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Sizes of a file, so that no file can use up the machine.
const (
	MaxBytes  = 1 << 20
	maxDepth  = 32   // lists and mappings within each other
	maxColumn = 200  // at which a key or a list's "-" may stand
	maxBeside = 5000 // keys of a mapping, items of a list
)

// A Spot is a place in the file, from 1.
type Spot struct{ Line, Column int }

// Lies puts the spot there; what has a Spot inside is told by it.
func (s *Spot) Lies(at Spot) { *s = at }

// A Node is a value of the file, as written.
type Node struct {
	Spot
	Text  string // of a scalar, as written
	is    kind
	pairs []pair
	items []*Node
}

type pair struct {
	Spot
	key   string
	value *Node
}

// A kind is what a value looks like.
type kind string

const (
	aText    kind = "a text"
	aNumber  kind = "a number"
	aTruth   kind = "true or false"
	nothing  kind = "nothing"
	aList    kind = "a list"
	aMapping kind = "a mapping"
	unread   kind = "something refused" // and told already
	usual    kind = "what is usual"     // a value of ours, which stands for one that is not there
)

// IsText reports whether the value is a text, or one of ours that stands for it.
func (n *Node) IsText() bool { return n.is == aText || n.is == usual }

// shown says what stands there, without telling how long texts go on.
func (n *Node) shown() string {
	switch n.is {
	case aText:
		return Quote(n.Text)
	case aNumber:
		return "the number " + n.Text
	case aTruth:
		return n.Text
	default:
		return string(n.is)
	}
}

// parse turns the file's bytes into nodes. Whatever is wrong with its form is a
// fault; the node is nil when nothing can be read.
func (r *Reader) parse(raw []byte) *Node {
	if len(raw) > MaxBytes {
		r.Fault(Spot{}, "a file of more than 1 MiB", "a smaller one")
		return nil
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if at := bytes.IndexByte(raw, 0); at >= 0 || !utf8.Valid(raw) {
		r.Fault(Spot{1, 1}, "bytes that are no text", "a text file in UTF-8")
		return nil
	}
	file, err := r.syntax(raw)
	if err != nil {
		at, what := Spot{1, 1}, "text that is not YAML"
		var e yaml.Error
		if errors.As(err, &e) && e.GetToken() != nil {
			at, what = spotOf(e.GetToken()), what+" ("+quieted(e.GetMessage())+")"
		}
		r.Fault(at, what, "YAML")
		return nil
	}
	if file == nil {
		return nil
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d.Body)
		}
	}
	switch {
	case len(docs) == 0:
		r.Fault(Spot{1, 1}, "an empty file", "keys and values")
		return nil
	case len(docs) > 1:
		r.Fault(spotOf(docs[1].GetToken()), "a second document", "one in each file")
	}
	return r.node(docs[0], 0)
}

// syntax parses the file. The library's stumbling over it is a fault of the file.
func (r *Reader) syntax(raw []byte) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the file cannot be read as YAML")
		}
	}()
	tokens := lexer.Tokenize(string(raw))
	if !r.scan(tokens) {
		return nil, nil
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// refused is the YAML that a configuration has no use for. Some of it makes much of
// a small file, and all of it hides from a reader what is set.
var refused = map[token.Type][2]string{
	token.AnchorType:     {"an anchor", "the value, written out where it is needed"},
	token.AliasType:      {"an alias", "the value itself, written out"},
	token.MergeKeyType:   {"a merge key", "the keys themselves, written out"},
	token.TagType:        {"a tag", "the value without one"},
	token.MappingKeyType: {"a key marked with \"?\"", "a plain word as the key"},
	token.DirectiveType:  {"a directive", "none"},
}

// scan finds what is refused before anything recurses into the file, and reports
// whether it may. What nests without brackets stands ever further to the right.
func (r *Reader) scan(tokens token.Tokens) bool {
	depth, headers, beside := 0, 0, map[int]int{}
	for _, t := range tokens {
		if why, odd := refused[t.Type]; odd {
			r.Fault(spotOf(t), why[0], why[1])
		}
		right := t.Position.Column > maxColumn
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.DocumentHeaderType:
			headers++
		case token.SequenceEntryType:
		case token.MappingValueType:
			right = right && depth == 0
		default:
			right = false
		}
		if right || depth > maxDepth {
			r.tooDeep(spotOf(t))
			return false
		}
		if headers > 2 {
			r.Fault(spotOf(t), "one document after the other", "one in each file")
			return false
		}
		if depth == 0 && tooMany(beside, t) {
			r.Fault(spotOf(t), fmt.Sprintf("more than %d keys or items beside each other", maxBeside), "fewer")
			return false
		}
	}
	return !r.full()
}

// tooMany counts what stands below each other without brackets, by its column.
func tooMany(beside map[int]int, t *token.Token) bool {
	at := t.Position.Column
	switch {
	case t.Type == token.SequenceEntryType:
	case t.Type == token.MappingValueType && t.Prev != nil:
		at = t.Prev.Position.Column
	default:
		return false
	}
	for column := range beside {
		if column > at {
			delete(beside, column)
		}
	}
	beside[at]++
	return beside[at] > maxBeside
}

func (r *Reader) tooDeep(at Spot) {
	r.Fault(at, "lists and mappings deep within each other", fmt.Sprintf("at most %d levels, none beyond column %d", maxDepth, maxColumn))
}

func spotOf(t *token.Token) Spot {
	if t == nil || t.Position == nil {
		return Spot{1, 1}
	}
	return Spot{t.Position.Line, t.Position.Column}
}

// quieted is the library's message on one line, without what it quotes.
func quieted(message string) string {
	message, _, _ = strings.Cut(message, "\n")
	return strings.ReplaceAll(message, "\t", `\t`)
}

// node takes over a value and all that is in it.
func (r *Reader) node(in ast.Node, depth int) *Node {
	n := &Node{Spot: spotOf(in.GetToken()), is: nothing}
	if depth > maxDepth {
		r.tooDeep(n.Spot)
		n.is = unread
		return n
	}
	switch in := in.(type) {
	case *ast.StringNode:
		n.is, n.Text = aText, in.Value
	case *ast.LiteralNode:
		n.is, n.Text = aText, strings.TrimRight(in.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		n.is, n.Text = aNumber, in.GetToken().Value
	case *ast.BoolNode:
		n.is, n.Text = aTruth, in.GetToken().Value
	case *ast.NullNode:
	case *ast.SequenceNode:
		n.is = aList
		for _, item := range in.Values {
			n.items = append(n.items, r.node(item, depth+1))
		}
	case *ast.MappingNode:
		n.is = aMapping
		r.pairs(n, in.Values, depth)
	case *ast.MappingValueNode:
		n.is = aMapping
		r.pairs(n, []*ast.MappingValueNode{in}, depth)
	default:
		n.is = unread
	}
	return n
}

// pairs takes over a mapping's keys and values. A block mapping lies where its first key does.
func (r *Reader) pairs(n *Node, in []*ast.MappingValueNode, depth int) {
	seen := map[string]bool{}
	for i, v := range in {
		key, ok := v.Key.(*ast.StringNode)
		if !ok {
			r.oddKey(v.Key)
			continue
		}
		p := pair{Spot: spotOf(key.GetToken()), key: key.Value, value: r.node(v.Value, depth+1)}
		if i == 0 && n.Line != 0 && (p.Line < n.Line || p.Line == n.Line && p.Column < n.Column) {
			n.Spot = p.Spot
		}
		if seen[p.key] {
			r.Fault(p.Spot, "the key "+Quote(p.key)+" a second time", "it once")
			continue
		}
		seen[p.key] = true
		n.pairs = append(n.pairs, p)
	}
}

// oddKey is the fault of a key that is a number, say; those that scan refused are told.
func (r *Reader) oddKey(key ast.MapKeyNode) {
	switch key.(type) {
	case *ast.MappingKeyNode, *ast.MergeKeyNode, *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
	default:
		r.Fault(spotOf(key.GetToken()), "the key "+Quote(key.GetToken().Value), "a word")
	}
}
