package media

import (
	"bytes"
	"slices"
)

// stripGIF leaves the pictures of a GIF, with how they follow each other and its
// colour profile.
func stripGIF(in []byte) (s stripped, whole bool) {
	const head = 13
	if len(in) < head || !bytes.HasPrefix(in, []byte("GIF8")) {
		return s, false
	}
	at := head + table(in[10])
	if at > len(in) {
		return s, false
	}
	out := append(make([]byte, 0, len(in)), in[:at]...)
	for pictures := 0; at < len(in); {
		n, kind := 0, in[at]
		switch kind {
		case ';':
			out = append(out, ';')
			s.data = out
			return s, pictures > 0
		case ',':
			n = picture(in[at:])
			pictures++
		case '!':
			n = extension(in[at:])
		}
		if n == 0 {
			return s, false
		}
		if kind == ',' || stays(in[at:at+n]) {
			out = append(out, in[at:at+n]...)
		}
		at += n
	}
	return s, false
}

// table is how long a table of colours is, by the flags before it.
func table(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// picture is how long a picture is; 0 where it is cut off.
func picture(in []byte) int {
	const head = 10
	if len(in) < head {
		return 0
	}
	at := head + table(in[head-1]) + 1
	if at > len(in) {
		return 0
	}
	return parts(in, at)
}

func extension(in []byte) int {
	if len(in) < 2 {
		return 0
	}
	return parts(in, 2)
}

// parts is where the parts that begin at a place end; 0 where they are cut off.
func parts(in []byte, at int) int {
	for at < len(in) {
		n := int(in[at])
		at += 1 + n
		if n == 0 {
			return at
		}
	}
	return 0
}

// stays reports whether an extension says how the pictures are seen.
func stays(in []byte) bool {
	const control, application = 0xf9, 0xff
	if in[1] == control {
		return true
	}
	return in[1] == application && len(in) > 14 && slices.Contains([]string{"NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"}, string(in[3:14]))
}
