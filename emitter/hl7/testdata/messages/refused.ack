MSH|^~\&|PACS|MERCY|ADT|MERCY|20260304050607||ACK|9001|P|2.5
MSA|AE|1001|short
ERR||PID^1^3|101|E||||Missing patient identifier \T\ more
