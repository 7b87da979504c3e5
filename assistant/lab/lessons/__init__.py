"""The ideas behind the assistant, computed with the functions that answer the student's questions. One file an idea."""
