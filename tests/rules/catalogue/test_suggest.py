"""Which item a message is about: the right one, with the words that say so, or nothing."""

import time

import pytest

from mulin.catalogue.rules.suggest import READ, THRESHOLD, Entry, Index

ENTRIES = (
    Entry("1", "暴露垃圾", ("市容环境", "垃圾渣土"), ("垃圾成堆", "没人清运", "垃圾桶满了")),
    Entry("2", "下水道堵塞或破损", ("突发事件",), ("污水外溢", "下水道堵了", "返水")),
    Entry("3", "机动车乱停放", ("街面秩序",), ("乱停车", "占用消防通道", "停车难")),
    Entry("4", "施工扰民", ("施工管理",), ("夜间施工", "工地噪音")),
    Entry("5", "商业噪音", ("街面秩序",), ("音响太大", "广场舞")),
    Entry("6", "路灯不亮", ("公用设施",), ("路灯坏了", "晚上很黑")),
    Entry("7", "道路破损", ("市容环境",), ("路面坑洼", "坑洼不平")),
    Entry("8", "WiFi 覆盖", ("公用设施",), ("wifi信号",)),
)
INDEX = Index(ENTRIES)


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("楼下垃圾成堆，好几天没人清运，臭得很", "1", "垃圾成堆"),
        ("小区三号楼前下水道堵了，污水外溢到路上", "2", "污水外溢"),
        ("门口的车乱停放，占用消防通道", "3", "占用消防通道"),
        ("对面工地夜间施工吵得睡不着", "4", "夜间施工"),
        ("我们这条街的路灯坏了一个月", "6", "路灯坏了"),
        ("道路破损严重", "7", "道路破损"),
        ("活动室的 WIFI信号 总是断", "8", "wifi"),
    ],
)
def test_the_right_item_is_found_and_says_why(text: str, code: str, why: str) -> None:
    found = INDEX.suggest(text)
    assert found is not None
    assert found.code == code
    assert any(why in word for word in found.why)
    assert THRESHOLD <= found.confidence < 1


@pytest.mark.parametrize(
    "text", ["", "你好", "请问领导什么时候有空", "想咨询一下有关情况，谢谢", "asdf 1234", "🙂🙂", "\x00"]
)
def test_where_nothing_speaks_for_an_item_it_abstains(text: str) -> None:
    assert INDEX.suggest(text) is None


def test_what_is_said_in_every_message_decides_nothing() -> None:
    index = Index([Entry("1", "反映问题"), Entry("2", "路灯不亮")])
    assert index.suggest("向领导反映小区居民的问题，请求解决") is None


def test_a_long_message_about_something_else_is_left_alone() -> None:
    text = (
        "本人二零一五年参加养老保险，去年调到外地，转移手续办了半年，两边窗口都说要等对方盖章，"
        "户口本和合同都交过三次，请告知该找谁办。另外楼下路灯昏暗，不过主要是保险的事。"
    )
    assert INDEX.ranked(text, most=1)[0].code == "6"
    assert INDEX.suggest(text) is None


def test_a_clear_message_is_surer_than_a_vague_one() -> None:
    clear = INDEX.ranked("下水道堵塞，污水外溢", most=1)[0].confidence
    vague = INDEX.ranked("家里的水好像有点问题，另外路灯也想问问，还有停车和施工", most=1)[0].confidence
    assert clear > vague


def test_the_likeliest_come_in_order_and_are_the_same_every_time() -> None:
    first = INDEX.ranked("夜间施工噪音", most=3)
    assert [each.code for each in first][:2] == ["4", "5"]
    assert [each.confidence for each in first] == sorted((each.confidence for each in first), reverse=True)
    assert first == Index(ENTRIES).ranked("夜间施工噪音", most=3)


def test_why_quotes_the_message_itself() -> None:
    text = "工地晚上还在施工"
    found = INDEX.ranked(text, most=1)[0]
    assert found.why
    assert all(word in text for word in found.why)


def test_it_is_stored_as_plain_values() -> None:
    found = INDEX.ranked("路灯坏了", most=1)[0]
    assert found.as_json() == {
        "code": "6",
        "name": "路灯不亮",
        "confidence": round(found.confidence, 3),
        "why": list(found.why),
    }


def test_only_the_beginning_of_a_long_message_is_read() -> None:
    assert INDEX.suggest("一" * READ + "路灯坏了") is None


def test_an_empty_list_suggests_nothing() -> None:
    assert Index([]).suggest("路灯坏了") is None


def test_a_list_ten_times_as_long_costs_little_more_a_message() -> None:
    text = "楼下垃圾成堆，好几天没人清运。" * 20
    short, long = (
        Index(
            Entry(str(n), f"{each.name}{n}类", (*each.path, f"第{n}组"), each.keywords)
            for n in range(items)
            for each in [ENTRIES[n % len(ENTRIES)]]
        )
        for items in (50, 500)
    )
    cost = {index: min(_seconds(index, text) for _ in range(20)) for index in (short, long)}
    assert cost[long] < 12 * cost[short]  # never more than in proportion; milliseconds stand in benchmarks/


def _seconds(index: Index, text: str) -> float:
    begun = time.perf_counter()
    index.suggest(text)
    return time.perf_counter() - begun
