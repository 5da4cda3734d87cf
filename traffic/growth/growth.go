package growth

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Factor is how many times as long the larger input is, and most how many times as much it may
// cost.
const (
	factor = 4
	most   = 8
)

// What costs less than this is not judged: a clock has its grain, and a buffer its first size.
const (
	leastTime  = 2 * time.Millisecond
	leastBytes = 4 << 20
)

// cost is what reading an input took.
type cost struct {
	time  time.Duration
	bytes uint64
}

// Size is the size of shapes in a test that runs each time.
const Size = 1 << 14

// Fuzz makes a fuzz target of shapes. read reads an input and must keep nothing of it that
// would spare the next reading work. As a test it reads a few of the shapes, with ARR_SOAK set
// larger ones of all, and mixtures of them.
func Fuzz(f *testing.F, shapes []Shape, read func(t testing.TB, input []byte)) {
	size := Size
	switch {
	case os.Getenv("ARR_SOAK") != "":
		size = 1 << 18
		shapes = append(shapes[:len(shapes):len(shapes)], mixed(shapes)...)
	case flag.Lookup("test.fuzz").Value.String() == "":
		shapes = sample(shapes)
	}
	for _, s := range shapes {
		f.Add(s.Head, s.Open, s.Mid, s.Close, s.Tail)
	}
	f.Fuzz(func(t *testing.T, head, open, mid, end, tail string) {
		const longest = 1 << 12
		if len(head)+len(open)+len(mid)+len(end)+len(tail) > longest {
			t.Skip("a part is so long that hardly anything would be repeated")
		}
		Check(t, Shape{head, open, mid, end, tail}, size, read)
	})
}

// sample is every eighth shape, but three where there are fewer than that.
func sample(shapes []Shape) (some []Shape) {
	for i := 0; i < len(shapes); i += min(8, (len(shapes)+2)/3) {
		some = append(some, shapes[i])
	}
	return some
}

// mixed are shapes that have each other's parts.
func mixed(shapes []Shape) []Shape {
	const number = 300
	random := rand.New(rand.NewPCG(1, 2))
	var all []Shape
	for range number {
		around, repeated, within := &shapes[random.IntN(len(shapes))], &shapes[random.IntN(len(shapes))], &shapes[random.IntN(len(shapes))]
		all = append(all, Shape{around.Head, repeated.Open, within.Mid, repeated.Close, around.Tail})
	}
	return all
}

// Check fails where reading a shape of four times the size costs more than eight times as much
// as one of the size, and so it is at four times that size: from one way of reading to another
// there may be one step.
func Check(t testing.TB, s Shape, size int, read func(t testing.TB, input []byte)) {
	t.Helper()
	if compare(t, s, size, read) == "" {
		return
	}
	if fault := compare(t, s, factor*size, read); fault != "" {
		t.Errorf("%s: %+q", fault, s)
	}
}

// compare says what is wrong with the cost of two sizes, "" if nothing is.
func compare(t testing.TB, s Shape, size int, read func(t testing.TB, input []byte)) string {
	small, large := s.Of(size), s.Of(factor*size)
	var less, more cost
	// What disturbs one measurement hardly disturbs three.
	for range 3 {
		less, more = least(less, measure(t, small, read)), least(more, measure(t, large, read))
		if !grows(less.time, more.time, leastTime) && !grows(less.bytes, more.bytes, leastBytes) {
			return ""
		}
	}
	return fmt.Sprintf("%d bytes take %v and allocate %d bytes, %d bytes take %v and allocate %d",
		len(small), less.time, less.bytes, len(large), more.time, more.bytes)
}

// grows reports whether more is too many times less.
func grows[N time.Duration | uint64](less, more, unjudged N) bool {
	return more > unjudged && more > most*less
}

// least is the lower of each figure; a cost of 0 is none.
func least(a, b cost) cost {
	if a == (cost{}) {
		return b
	}
	return cost{min(a.time, b.time), min(a.bytes, b.bytes)}
}

// measure reads an input twice and returns what the cheaper time cost.
func measure(t testing.TB, input []byte, read func(testing.TB, []byte)) (all cost) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range 2 {
		bytes, start := allocated(), threadTime()
		read(t, input)
		all = least(all, cost{threadTime() - start, allocated() - bytes})
	}
	return all
}

// threadTime is the processor time that the thread has had.
func threadTime() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		panic(err)
	}
	return time.Duration(now.Nano())
}

// allocated is how many bytes the process has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
