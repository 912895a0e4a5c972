# every shape
r1 = 0x1122334455667788 ll
w3 = *(u32 *)(r10 - 4)
*(u64 *)(r10 - 8) = r1
lock *(u64 *)(r0 + 0) += r1
r2 = atomic_fetch_add((u64 *)(r10 - 8), r2)
if r0 s> 5 goto out
goto +1
gotol out
r0 = (s8)r1
r1 = be16 r1
w3 = -w3
call map_lookup_elem
out:
exit
