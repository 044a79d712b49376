using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Store.Messages;

/// <summary>Messages that answer each other share a THREADID (RFC 8474 §5.2).</summary>
public sealed class ThreadTests
{
    static string Text(string? id, string rest = "") =>
        (id is null ? "" : $"Message-ID: {id}\r\n") + rest + "Subject: s\r\n\r\ntext\r\n";

    static async Task<ThreadId> ReceiveAsync(TestBackend test, string text)
    {
        await test.ReceiveAsync(text, TestBackend.Alice);
        var view = await test.OpenAsync(test.AliceId);
        var found = await test.Gateway.FetchAsync(test.AliceId, [view.Entries[^1].Email], default);
        return found[0].Thread;
    }

    [Fact]
    public async Task An_answer_joins_the_thread_of_what_it_answers()
    {
        var test = await TestBackend.OpenAsync();
        var first = await ReceiveAsync(test, Text("<1@x>"));
        var second = await ReceiveAsync(test, Text("<2@x>", "In-Reply-To: <1@x>\r\n"));
        var third = await ReceiveAsync(test, Text("<3@x>", "In-Reply-To: <2@x>\r\n"));
        Assert.Equal((first, first), (second, third));
        Assert.NotEqual(first, await ReceiveAsync(test, Text("<4@x>")));
    }

    [Fact]
    public async Task The_last_reference_counts_where_nothing_says_what_is_answered()
    {
        var test = await TestBackend.OpenAsync();
        var first = await ReceiveAsync(test, Text("<1@x>"));
        var other = await ReceiveAsync(test, Text("<2@x>"));
        Assert.Equal(other, await ReceiveAsync(test, Text("<3@x>", "References: <1@x> <2@x>\r\n")));
        Assert.Equal(first, await ReceiveAsync(test, Text("<4@x>", "References: <2@x> <1@x>\r\n")));
    }

    [Fact]
    public async Task An_answer_to_a_stranger_begins_a_thread_that_its_own_answers_join()
    {
        var test = await TestBackend.OpenAsync();
        var first = await ReceiveAsync(test, Text("<2@x>", "In-Reply-To: <unknown@x>\r\n"));
        Assert.Equal(first, await ReceiveAsync(test, Text("<3@x>", "In-Reply-To: <2@x>\r\n")));
    }

    [Fact]
    public async Task Messages_without_an_id_have_threads_of_their_own()
    {
        var test = await TestBackend.OpenAsync();
        var first = await ReceiveAsync(test, Text(null));
        Assert.NotEqual(first, await ReceiveAsync(test, Text(null)));
    }

    [Fact]
    public async Task A_deleted_message_still_names_its_thread()
    {
        var test = await TestBackend.OpenAsync();
        var first = await ReceiveAsync(test, Text("<1@x>"));
        await test.Gateway.ExpungeAsync(test.AliceId, new(1), UidSet.All, false, default);
        Assert.Equal(first, await ReceiveAsync(test, Text("<2@x>", "In-Reply-To: <1@x>\r\n")));
    }

    [Fact]
    public async Task Threads_are_an_account_s_own()
    {
        var test = await TestBackend.OpenAsync();
        var alice = await ReceiveAsync(test, Text("<1@x>"));
        await test.ReceiveAsync(Text("<2@x>", "In-Reply-To: <1@x>\r\n"), TestBackend.Bob);
        var bob = await test.OpenAsync(test.BobId);
        var found = await test.Gateway.FetchAsync(test.BobId, [bob.Entries[0].Email], default);
        Assert.NotEqual(alice, found[0].Thread);
    }
}
