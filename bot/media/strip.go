package media

import (
	"bytes"
	"encoding/binary"
	"slices"
)

const (
	startOfJPEG = "\xff\xd8"
	startOfPNG  = "\x89PNG\r\n\x1a\n"
	headOfPNG   = 25 // bytes of its first chunk
)

// The markers of a JPEG that matter here.
const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP0 = 0xe0
	markerAPP1 = 0xe1
	markerAPP2 = 0xe2
	adobe      = 0xee
)

// stripJPEG leaves what a decoder needs of a JPEG, and its colour profile. What
// stands behind its end, such as a second picture, is cut off.
func stripJPEG(in []byte) (s stripped, whole bool) {
	if !bytes.HasPrefix(in, []byte(startOfJPEG)) {
		return s, false
	}
	out := append(make([]byte, 0, len(in)), startOfJPEG...)
	at, colours := len(startOfJPEG), 0
	for at+4 <= len(in) || at+2 <= len(in) && in[at+1] == markerEOI {
		if in[at] != 0xff {
			return s, false
		}
		m := in[at+1]
		if m == 0xff {
			at++
			continue
		}
		if m == markerEOI {
			out = append(out, in[at:at+2]...)
			s.data = out
			if colours != 1 && colours != 3 {
				s.profile = nil // what is written again has other colours
			}
			return s, true
		}
		n := 2 + int(binary.BigEndian.Uint16(in[at+2:]))
		if m < 0xc0 || m >= 0xd0 && m <= markerSOI || n < 4 || at+n > len(in) {
			return s, false
		}
		segment := in[at : at+n]
		if m >= 0xc0 && m <= 0xc2 && n > 9 {
			colours = int(segment[9])
		}
		out = append(out, s.segment(m, segment)...)
		at += n
		if m == markerSOS {
			end := scan(in[at:])
			out = append(out, in[at:at+end]...)
			at += end
		}
	}
	return s, false
}

// segment returns what stays of a segment, and notes what it says.
func (s *stripped) segment(m byte, segment []byte) []byte {
	body := segment[4:]
	switch {
	case m == markerAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
		head := slices.Concat([]byte{0xff, m, 0, 16}, body[:14])
		head[16], head[17] = 0, 0 // no small picture in it
		return head
	case m == markerAPP1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		if s.turn == 0 {
			s.turn = orientation(body)
		}
		return nil
	case m == markerAPP2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")):
		s.profile = append(s.profile, segment)
		return segment
	case m == adobe && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
		return slices.Concat([]byte{0xff, m, 0, 14}, body[:12])
	case m >= 0xe0:
		return nil
	}
	return segment
}

// scan returns how many bytes of picture lie before the next marker.
func scan(in []byte) int {
	for at := 0; at+1 < len(in); at++ {
		if next := in[at+1]; in[at] == 0xff && next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7) {
			return at
		}
	}
	return len(in)
}

// shown are the chunks of a PNG that say how it is seen.
var shown = []string{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT", "bKGD", "pHYs"}

// stripPNG leaves those chunks; of a moving one its still picture stays.
func stripPNG(in []byte) (s stripped, whole bool) {
	if !bytes.HasPrefix(in, []byte(startOfPNG)) {
		return s, false
	}
	out := append(make([]byte, 0, len(in)), startOfPNG...)
	for at := len(startOfPNG); at+12 <= len(in); {
		n := int(binary.BigEndian.Uint32(in[at:]))
		if n < 0 || n > len(in)-at-12 {
			return s, false
		}
		chunk := in[at : at+n+12]
		at += n + 12
		name := string(chunk[4:8])
		if slices.Contains(shown, name) {
			out = append(out, chunk...)
		}
		switch name {
		case "iCCP":
			s.profile = [][]byte{chunk}
		case "eXIf":
			s.turn = orientation(chunk[8 : 8+n])
		case "IEND":
			s.data = out
			return s, true
		}
	}
	return s, false
}

// stripWebP leaves the picture of a WebP, and its colour profile.
func stripWebP(in []byte) (s stripped, whole bool) {
	if len(in) < 12 || string(in[:4]) != "RIFF" || string(in[8:12]) != "WEBP" {
		return s, false
	}
	end := 8 + int64(binary.LittleEndian.Uint32(in[4:]))
	if end > int64(len(in)) || end < 12 {
		return s, false
	}
	in = in[:end]
	out := append(make([]byte, 0, len(in)), in[:12]...)
	for at := 12; at+8 <= len(in); {
		n := int64(binary.LittleEndian.Uint32(in[at+4:]))
		if n > int64(len(in)-at-8) {
			return s, false
		}
		size := 8 + int(n+n%2)
		chunk := in[at:min(at+size, len(in))]
		at += size
		switch string(chunk[:4]) {
		case "VP8X":
			chunk = bytes.Clone(chunk)
			if len(chunk) > 8 {
				const exif, xmp, moves = 0x08, 0x04, 0x02
				chunk[8] &^= exif | xmp | moves
			}
			out = append(out, chunk...)
		case "VP8 ", "VP8L", "ALPH", "ICCP":
			out = append(out, chunk...)
		case "EXIF":
			s.turn = orientation(chunk[8:])
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) //nolint:gosec // no longer than what came in
	s.data = out
	return s, true
}
