package expression

import (
	"fmt"
	"math"
)

// Chancer is an Env that has something to draw from. An execution that is
// replayed draws the same.
type Chancer interface{ Chance() [16]byte }

// draw makes a value of what an Env has to draw from.
func draw(env any, of func([16]byte) any) (any, error) {
	c, ok := env.(Chancer)
	if !ok {
		return nil, argumentError("there is nothing here to draw from at random")
	}
	return of(c.Chance()), nil
}

// fraction is at least 0 and less than 1.
func fraction(b [16]byte) any { return Real(float64(bits(b)>>11) / (1 << 53)) }

// bits are the first 64.
func bits(b [16]byte) uint64 {
	n := uint64(0)
	for _, eight := range b[:8] {
		n = n<<8 | uint64(eight)
	}
	return n
}

var uuidType = &Type{
	Name:    "java.util.UUID",
	Statics: map[string]Method{"randomUUID": {"", func(env any, _ []any) (any, error) { return draw(env, uuid) }}},
}

// uuid is the text of a UUID of version 4.
func uuid(b [16]byte) any {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// random is a java.util.Random.
type random struct{ env any }

func (random) Type() *Type    { return randomType }
func (random) String() string { return "java.util.Random" }

var randomType = byDrawing()

func byDrawing() *Type {
	t := &Type{Name: "java.util.Random", Methods: map[string]Method{
		"nextInt":     {"least? bound?", nextInt},
		"nextLong":    drawing(func(b [16]byte) any { return float64(int64(bits(b)) >> 11) }), // what a float64 holds exactly
		"nextDouble":  drawing(fraction),
		"nextFloat":   drawing(fraction),
		"nextBoolean": drawing(func(b [16]byte) any { return b[0] < 128 }),
	}}
	t.New = &Method{"", func(env any, _ []any) (any, error) { return random{env}, nil }}
	return t
}

func drawing(of func([16]byte) any) Method {
	return Method{"", func(self any, _ []any) (any, error) { return draw(self.(random).env, of) }}
}

// nextInt is a whole number: any int, or one below a bound and from the least
// on, which is 0.
func nextInt(self any, args []any) (any, error) {
	least, bound := math.MinInt32, math.MaxInt32+1
	var err error
	if len(args) > 0 {
		least = 0
		if bound, err = Whole(args[len(args)-1]); err != nil {
			return nil, err
		}
	}
	if len(args) > 1 {
		if least, err = Whole(args[0]); err != nil {
			return nil, err
		}
	}
	if bound <= least {
		return nil, argumentError(fmt.Sprintf("the bound %d is not above %d", bound, least))
	}
	return draw(self.(random).env, func(b [16]byte) any { return float64(least + int(bits(b)%uint64(bound-least))) })
}
