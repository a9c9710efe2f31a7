"""Every query surface from the empty box to the next search: one small file each."""
