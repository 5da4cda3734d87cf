package receiver

import "testing"

func TestTabledDrops(t *testing.T) {
	const table = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n" +
		"  379: 0100007F:0202 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 48211 2 0000000000000000 177411\n" +
		" 1379: 00000000:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4821 2 0000000000000000 0\n"
	for _, c := range []struct {
		table string
		inode uint64
		total uint32
		ok    bool
	}{{table, 48211, 177411, true}, {table, 4821, 0, true}, {table, 482, 0, false}, {"", 4821, 0, false}, {"sl local\n1: 2 3\n", 3, 0, false}} {
		if total, ok := tabledDrops([]byte(c.table), c.inode); total != c.total || ok != c.ok {
			t.Errorf("socket %d: %d %v, want %d %v", c.inode, total, ok, c.total, c.ok)
		}
	}
}
