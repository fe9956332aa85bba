package triage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Model is everything that verdicts are made with. Urgency has no rows: its
// score is the intent head's last, and only its honesty is its own.
type Model struct {
	Language, Sentiment, Intent, Urgency Head
	Lexicon                              Lexicon
	RuleTrust                            float32 // how often a rule of urgency is right
}

// magic begins a file of weights; its last letter is the version of the form.
const magic = "ponte triage 1\n"

// MaxWeights is how many bytes a file of weights may have.
const MaxWeights = 8 << 20

// fixed is the part of a head that has a fixed size in a file.
type fixed struct {
	Bits, Width, Outs uint8
	Own, Parts        bool
	Honest            uint8
	Unit, Sure        float32
}

// WriteTo writes the model in the form that Load reads.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	b.WriteString(magic)
	for _, h := range m.heads() {
		put(&b, fixed{h.Bits, h.Width, h.Outs, h.Own, h.Parts, uint8(len(h.Honest)), h.Unit, h.Sure})
		put(&b, h.Dense)
		put(&b, h.Honest)
		b.Write(h.Rows)
	}
	put(&b, m.RuleTrust)
	put(&b, uint32(len(m.Lexicon.Slots)))
	put(&b, m.Lexicon.Slots)
	return b.WriteTo(w)
}

func (m *Model) heads() [4]*Head {
	return [4]*Head{&m.Language, &m.Sentiment, &m.Intent, &m.Urgency}
}

// put writes to memory, which cannot fail for values of a fixed size.
func put(b *bytes.Buffer, value any) {
	if err := binary.Write(b, binary.LittleEndian, value); err != nil {
		panic(err)
	}
}

// Load reads a model from a file's bytes, which must not change afterwards: the
// rows are used where they lie.
func Load(file []byte) (*Model, error) {
	if len(file) > MaxWeights || !bytes.HasPrefix(file, []byte(magic)) {
		return nil, errors.New("no weights of triage, or of another version")
	}
	r := &taker{rest: file[len(magic):]}
	m := new(Model)
	for _, h := range m.heads() {
		var f fixed
		r.take(&f)
		if r.err != nil || f.Bits > 20 || f.Outs > MaxOuts || f.Bits > 0 && (f.Outs >= f.Width || f.Width != 4 && f.Width != 8) {
			return nil, errors.New("weights of triage: a head of impossible size")
		}
		h.Bits, h.Width, h.Outs, h.Own, h.Parts, h.Unit, h.Sure = f.Bits, f.Width, f.Outs, f.Own, f.Parts, f.Unit, f.Sure
		h.Dense, h.Honest = make([][DenseSize]float32, f.Outs), make([]Honest, f.Honest)
		r.take(h.Dense)
		r.take(h.Honest)
		if f.Bits > 0 {
			h.Rows = r.bytes(int(f.Width) << f.Bits)
		}
	}
	var slots uint32
	r.take(&m.RuleTrust)
	r.take(&slots)
	if r.err == nil && (slots == 0 || slots > 1<<20 || slots&(slots-1) != 0) {
		return nil, errors.New("weights of triage: a lexicon of impossible size")
	}
	if r.err == nil {
		m.Lexicon.Slots = make([]uint16, slots)
		if b := r.bytes(int(slots) * 2); b != nil {
			for i := range m.Lexicon.Slots {
				m.Lexicon.Slots[i] = binary.LittleEndian.Uint16(b[i*2:])
			}
		}
	}
	if r.err == nil {
		r.err = m.fits()
	}
	if r.err != nil {
		return nil, fmt.Errorf("weights of triage: %w", r.err)
	}
	return m, nil
}

// fits tells whether the heads have the labels that this program knows.
func (m *Model) fits() error {
	for i, outs := range [4]int{len(Languages), len(Sentiments), len(Intents) + 1, 0} {
		h := m.heads()[i]
		if int(h.Outs) != outs || h.Bits == 0 != (outs == 0) || h.Own && h.Bits < 4 || i == 0 && (h.Own || h.Width != 8) || len(h.Honest) != honestOf(i) {
			return fmt.Errorf("head %d has other labels", i+1)
		}
	}
	return nil
}

// honestOf is how many languages a head is made honest for.
func honestOf(head int) int {
	if head == 0 {
		return 1
	}
	return Known
}

// taker takes values from the beginning of bytes.
type taker struct {
	rest []byte
	err  error
}

func (t *taker) take(value any) {
	if t.err != nil {
		return
	}
	n, err := binary.Decode(t.rest, binary.LittleEndian, value)
	if err != nil {
		t.err = errors.New("the file is too short")
		return
	}
	t.rest = t.rest[n:]
}

func (t *taker) bytes(n int) []byte {
	if t.err != nil || n > len(t.rest) {
		t.err = errors.New("the file is too short")
		return nil
	}
	b := t.rest[:n:n]
	t.rest = t.rest[n:]
	return b
}
