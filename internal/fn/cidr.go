package fn

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/bianpai/bianpai/internal/value"
)

// Cidr cuts the first count networks with bits host bits out of an IPv4 block.
func Cidr(block, count, bits value.Value) (value.Value, error) {
	if !hasText(block) {
		return value.Value{}, wrongType("block", "string", block)
	}
	prefix, err := netip.ParsePrefix(block.Text())
	if err != nil || !prefix.Addr().Is4() {
		return value.Value{}, &Error{CodeCIDR, []string{block.Text()}}
	}
	n, err := bounded("count", count, 256)
	if err != nil {
		return value.Value{}, err
	}
	host, err := bounded("bits", bits, 32)
	if err != nil {
		return value.Value{}, err
	}
	width := 32 - int(host)
	if width < prefix.Bits() || width-prefix.Bits() < 9 && n > 1<<(width-prefix.Bits()) {
		return value.Value{}, &Error{CodeCIDRCount, []string{block.Text(), strconv.FormatInt(n, 10), strconv.FormatInt(host, 10)}}
	}
	start := prefix.Masked().Addr().As4()
	base := uint64(binary.BigEndian.Uint32(start[:]))
	items := make([]value.Value, n)
	for i := range items {
		var address [4]byte
		binary.BigEndian.PutUint32(address[:], uint32(base+uint64(i)<<host))
		items[i] = value.String(netip.PrefixFrom(netip.AddrFrom4(address), width).String())
	}
	return value.List(items), nil
}

// bounded reads an integer, or the text of one, from 1 to most.
func bounded(argument string, v value.Value, most int64) (int64, error) {
	n, ok := whole(v)
	if !ok && hasText(v) {
		var err error
		n, err = strconv.ParseInt(v.Text(), 10, 64)
		ok = err == nil
	}
	if !ok {
		return 0, wrongType(argument, "integer", v)
	}
	if n < 1 || n > most {
		return 0, &Error{CodeRange, []string{argument, strconv.FormatInt(n, 10), "1.." + strconv.FormatInt(most, 10)}}
	}
	return n, nil
}
