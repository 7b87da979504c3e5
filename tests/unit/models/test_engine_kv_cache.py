import os
import threading

import numpy as np
import pytest

from assistant.models.llama.kv_cache import BlockCache, StateStore

PREFIX = (1, 2, 3)


def state(value: int, size: int = 100):
    return np.full(size, value, dtype=np.uint8)


@pytest.fixture
def store(tmp_path):
    return StateStore(tmp_path / "kv", budget_bytes=1000)


def only_file(store):
    (path,) = store.folder.iterdir()
    return path


class TestMemory:
    def test_a_state_comes_back(self):
        cache = BlockCache("model", 1000)
        key = cache.key(PREFIX, (4, 5))
        assert cache.get(key) is None
        cache.put(key, state(7))
        assert cache.get(key).tolist() == state(7).tolist()
        assert key in cache

    def test_the_key_tells_apart_everything_a_state_depends_on(self):
        one, other = BlockCache("model a", 1000), BlockCache("model b", 1000)
        keys = [
            one.key((1, 2), (3,)),
            one.key((1,), (2, 3)),
            one.key((), (1, 2, 3)),
            one.key((1, 2), (3, 0)),
            other.key((1, 2), (3,)),
        ]
        assert len(set(keys)) == len(keys)
        assert one.key((1, 2), (3,)) == BlockCache("model a", 1).key([1, 2], [3])

    def test_the_least_recently_used_goes_first(self):
        cache = BlockCache("model", 300)
        for name in "abc":
            cache.put(name, state(1))
        cache.get("a")
        cache.put("d", state(1))
        assert [name for name in "abcd" if name in cache] == ["a", "c", "d"]
        assert cache.status().memory_bytes == 300

    def test_a_state_larger_than_the_budget_is_not_kept(self):
        cache = BlockCache("model", 300)
        cache.put("small", state(1))
        cache.put("large", state(1, 301))
        assert "large" not in cache
        assert "small" in cache

    def test_clearing_leaves_nothing(self, store):
        cache = BlockCache("model", 1000, store)
        for name in "ab":
            cache.put(name, state(1))
        cache.save_one()
        cache.clear()
        assert not cache.save_one()
        assert (cache.status().memory_blocks, cache.status().disk_blocks) == (0, 0)
        assert "a" not in cache


class TestDisk:
    def test_states_survive_the_process(self, store):
        cache = BlockCache("model", 1000, store)
        cache.put("key", state(9))
        assert cache.save_one()
        assert not cache.save_one()
        again = BlockCache("model", 1000, StateStore(store.folder, 1000))
        assert "key" in again
        assert again.get("key").tolist() == state(9).tolist()
        assert again.status().memory_blocks == 1

    def test_what_memory_dropped_is_read_from_disk(self, store):
        cache = BlockCache("model", 150, store)
        cache.put("a", state(1))
        cache.put("b", state(2))
        assert cache.get("a").tolist() == state(1).tolist(), "not on disk yet"
        while cache.save_one():
            pass
        assert cache.get("b").tolist() == state(2).tolist()
        assert cache.get("a").tolist() == state(1).tolist()

    @pytest.mark.parametrize("position", [0, 20, 50, -1], ids=["magic", "digest", "state", "last byte"])
    def test_a_changed_byte_is_noticed_and_the_file_removed(self, store, position):
        store.save("key", state(3))
        path = only_file(store)
        raw = bytearray(path.read_bytes())
        raw[position] ^= 1
        path.write_bytes(raw)
        assert store.load("key") is None
        assert "key" not in store

    @pytest.mark.parametrize("length", [0, 10, 60])
    def test_a_shortened_file_is_noticed(self, store, length):
        store.save("key", state(3))
        os.truncate(only_file(store), length)
        assert store.load("key") is None

    def test_the_file_of_another_key_is_not_accepted(self, store):
        store.save("one", state(1))
        only_file(store).rename(store.folder / "two.kv")
        assert store.load("two") is None

    def test_the_budget_holds_and_the_oldest_use_goes_first(self, store):
        for age, name in enumerate("abcdefg"):
            store.save(name, state(1, 200))
            if (path := store.folder / f"{name}.kv").exists():
                os.utime(path, ns=(age, age))
        store.load("d")
        store.save("h", state(1, 200))
        assert store.usage()[1] <= 1000
        assert "d" in store
        assert "h" in store
        assert "a" not in store

    def test_a_smaller_budget_frees_the_disk_without_another_write(self, store):
        for age, name in enumerate("abc"):
            store.save(name, state(1, 200))
            os.utime(store.folder / f"{name}.kv", ns=(age, age))
        smaller = StateStore(store.folder, budget_bytes=300)
        smaller.trim()
        assert [name for name in "abc" if name in smaller] == ["c"]

    def test_what_was_asked_never_gets_to_the_disk(self, store):
        cache = BlockCache("model", 1000, store)
        cache.put("a turn of a conversation", state(1), lasting=False)
        assert not cache.save_one()
        assert store.usage() == (0, 0)

    def test_what_is_larger_than_the_budget_is_not_written(self, store):
        store.save("key", state(1, 1000))
        assert store.usage() == (0, 0)

    def test_a_folder_that_cannot_be_written_is_a_fault_and_not_an_error(self, tmp_path):
        (tmp_path / "kv").write_text("a file in the way")
        cache = BlockCache("model", 1000, StateStore(tmp_path / "kv", 1000))
        cache.put("key", state(1))
        assert cache.save_one()
        assert "cannot be written" in cache.status().fault
        assert cache.get("key") is not None

    def test_clearing_removes_what_a_killed_process_left(self, store):
        store.save("key", state(1))
        (store.folder / "tmp123.part").write_bytes(b"half")
        (store.folder / "README.md").write_text("not ours")
        store.clear()
        assert [path.name for path in store.folder.iterdir()] == ["README.md"]

    def test_two_writers_of_one_key_leave_a_whole_file(self, store):
        threads = [threading.Thread(target=store.save, args=("key", state(5, 500))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.load("key").tolist() == state(5, 500).tolist()
        assert store.usage()[0] == 1
