package storage

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"

	fast "github.com/segmentio/encoding/json"
)

// An Upgrade rewrites a record of one schema into the next one. It leaves the
// record's key as it is; when it changes what an index is made of, that index
// gets a new name.
type Upgrade func(old json.RawMessage) (json.RawMessage, error)

// format is the way records and the catalogue are laid out. A record is one
// byte for the format, its schema as a varint, and JSON.
const format = 1

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func encode(record any, schema int) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	buf.WriteByte(format)
	buf.Write(binary.AppendUvarint(buf.AvailableBuffer(), uint64(schema)))
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(record); err != nil {
		return nil, err
	}
	return bytes.Clone(buf.Bytes()[:buf.Len()-1]), nil // without the encoder's newline
}

func decode(raw []byte, up []Upgrade, into any) error {
	was, body, err := split(raw)
	if err != nil {
		return err
	}
	return upgrade(body, was, up, into)
}

// split takes a record's bytes apart.
func split(raw []byte) (schema int, body json.RawMessage, err error) {
	if len(raw) < 2 {
		return 0, nil, errors.New("the record is cut short")
	}
	if raw[0] != format {
		return 0, nil, fmt.Errorf("%w: record format %d, known is %d", ErrNewerFormat, raw[0], format)
	}
	was, n := binary.Uvarint(raw[1:])
	if n <= 0 || was == 0 || was > math.MaxInt32 {
		return 0, nil, errors.New("the record has no schema")
	}
	return int(was), raw[1+n:], nil
}

// upgrade reads a body of schema was.
func upgrade(body json.RawMessage, was int, up []Upgrade, into any) error {
	schema := len(up) + 1
	if was > schema {
		return fmt.Errorf("%w: schema %d, known is %d", ErrNewerFormat, was, schema)
	}
	for v := was; v < schema; v++ {
		next, err := up[v-1](bytes.Clone(body))
		if err != nil {
			return fmt.Errorf("upgrade from schema %d: %w", v, err)
		}
		body = next
	}
	return fast.Unmarshal(body, into)
}
