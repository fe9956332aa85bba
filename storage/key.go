package storage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// A Key is an ordered key made by K.
type Key []byte

// The parts of a key begin with a byte for their kind. No part is the beginning
// of another one, so a key begins with another key exactly when its parts do.
const (
	partFalse byte = iota + 1
	partTrue
	partInt
	partUint
	partTime
	partString
)

const (
	intLen  = 1 + 8
	timeLen = 1 + 8 + 4
)

// K makes a key of its parts: strings, integers, booleans and times, and types
// made of them. Keys sort as their parts do, the first part first, and K("a")
// is a prefix of K("a", "b") but not of K("ab"). Times sort as instants, to the
// nanosecond. Signed integers of any size are one kind and unsigned ones
// another. K panics when a part has another type.
func K(parts ...any) Key {
	b := make([]byte, 0, 24*len(parts))
	for _, p := range parts {
		b = appendPart(b, p)
	}
	return b
}

func appendPart(b []byte, part any) []byte {
	switch v := part.(type) {
	case string:
		return appendString(b, v)
	case time.Time:
		return appendTime(b, v)
	case int:
		return appendInt(b, int64(v))
	case int64:
		return appendInt(b, v)
	case bool:
		return appendBool(b, v)
	}
	v := reflect.ValueOf(part)
	switch v.Kind() {
	case reflect.String:
		return appendString(b, v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendInt(b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.BigEndian.AppendUint64(append(b, partUint), v.Uint())
	case reflect.Bool:
		return appendBool(b, v.Bool())
	default:
		panic(fmt.Sprintf("storage: a %T cannot be part of a key", part))
	}
}

// appendString writes a zero byte inside the string as 0 255 and ends the
// string with 0 1, which is below any continuation.
func appendString(b []byte, s string) []byte {
	b = append(b, partString)
	for {
		i := strings.IndexByte(s, 0)
		if i < 0 {
			return append(append(b, s...), 0, 1)
		}
		b = append(append(b, s[:i]...), 0, 0xff)
		s = s[i+1:]
	}
}

func appendInt(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(b, partInt), uint64(n)^(1<<63))
}

func appendTime(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(append(b, partTime), uint64(t.Unix())^(1<<63))
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, partTrue)
	}
	return append(b, partFalse)
}

// next is the length of the first part of k: 0 when k is empty, -1 when k was
// not made by K.
func (k Key) next() int {
	if len(k) == 0 {
		return 0
	}
	n := -1
	switch k[0] {
	case partFalse, partTrue:
		n = 1
	case partInt, partUint:
		n = intLen
	case partTime:
		n = timeLen
	case partString:
		n = stringLen(k)
	}
	if n > len(k) {
		return -1
	}
	return n
}

func stringLen(k []byte) int {
	for at := 1; ; {
		i := bytes.IndexByte(k[at:], 0)
		if i < 0 || at+i+1 >= len(k) {
			return -1
		}
		at += i + 2
		if k[at-1] == 1 {
			return at
		}
	}
}

// String writes the parts for a person who reads a log: acme/12/2026-01-02T….
func (k Key) String() string {
	var s []string
	for len(k) > 0 {
		n := k.next()
		if n < 0 {
			s = append(s, fmt.Sprintf("%x", []byte(k)))
			break
		}
		s = append(s, partText(k[:n]))
		k = k[n:]
	}
	return strings.Join(s, "/")
}

func partText(p Key) string {
	switch p[0] {
	case partFalse:
		return "false"
	case partTrue:
		return "true"
	case partInt:
		return fmt.Sprint(int64(binary.BigEndian.Uint64(p[1:]) ^ (1 << 63)))
	case partUint:
		return fmt.Sprint(binary.BigEndian.Uint64(p[1:]))
	case partTime:
		sec := int64(binary.BigEndian.Uint64(p[1:]) ^ (1 << 63))
		return time.Unix(sec, int64(binary.BigEndian.Uint32(p[9:]))).UTC().Format(time.RFC3339Nano)
	default:
		return strings.ReplaceAll(string(p[1:len(p)-2]), "\x00\xff", "\x00")
	}
}

// beyond is the first key after all that begin with k, nil when there is none.
func (k Key) beyond() Key {
	for i := len(k) - 1; i >= 0; i-- {
		if k[i] != 0xff {
			out := bytes.Clone(k[:i+1])
			out[i]++
			return out
		}
	}
	return nil
}
