using System.Text.Json;
using Cloud.Api.Rest;
using Cloud.Flow.Outbound;
using Cloud.Store.Mailboxes;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>Long lists, page by page: each item once, whatever comes meanwhile.</summary>
public sealed class PagingTests
{
    readonly ManualClock clock = new();

    async Task<(TestBackend Test, RestClient Client)> OpenAsync()
    {
        var test = await TestBackend.OpenAsync(time: clock);
        return (test, new(new RestApi(test.Backend), caller: Caller.Operator));
    }

    static async Task<List<string>> AllAsync(RestClient api, string path, Func<Task>? meanwhile = null)
    {
        var (all, next) = (new List<string>(), "");
        do
        {
            var page = await api.GetAsync(path + (next.Length == 0 ? "" : $"&after={next}"));
            Assert.True(page.Status == 200, page.Text);
            all.AddRange(
                page.Json.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("id").GetString()!)
            );
            next = page.Json.TryGetProperty("next", out var more) ? more.GetString() ?? "" : "";
            if (next.Length > 0 && meanwhile is not null)
                await meanwhile();
        } while (next.Length > 0);
        return all;
    }

    [Fact]
    public async Task A_trace_s_list_goes_on_behind_each_page_while_mail_comes()
    {
        var (test, api) = await OpenAsync();
        var ids = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            var id = test.NewTransaction();
            var message = await test.UploadAsync(id, $"From: c@else.test\r\nMessage-ID: <{i}@else.test>\r\n\r\nhi\r\n");
            await test.Gateway.ReceiveAsync(TestBackend.Request(id, message, TestBackend.Alice), default);
            ids.Insert(0, $"{id}");
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        var all = await AllAsync(
            api,
            "/trace?address=alice%40example.test&limit=4",
            async () =>
            {
                for (var i = 0; i < 3; i++)
                    await test.ReceiveAsync("From: c@else.test\r\n\r\nnew\r\n", TestBackend.Alice);
            }
        );
        Assert.Equal(ids, all);
        foreach (var wrong in new[] { "dSE", "MSAxIHggeQ0", "LTEgMSB4IHk" })
            Assert.Equal(400, (await api.GetAsync($"/trace?address=alice%40example.test&after={wrong}")).Status);
    }

    [Fact]
    public async Task Dead_letters_are_listed_to_the_last()
    {
        var (test, api) = await OpenAsync();
        for (var i = 0; i < 230; i++)
        {
            var row = new RowData
            {
                { "Body", new byte[] { 1 } },
                { "Reason", "odd" },
                { "At", clock.GetUtcNow() },
            };
            var letter = new RowTransaction(DeadLetterRows.Partition).Insert($"{i:x8}", row);
            await test.Backend.Accounts.Rows.CommitAsync(DeadLetterRows.Table, letter, default);
        }
        var all = await AllAsync(api, "/dead-letters?limit=100");
        Assert.Equal(Enumerable.Range(0, 230).Select(i => $"{i:x8}"), all);
    }

    [Fact]
    public async Task A_long_conversation_is_listed_to_the_last()
    {
        var (test, api) = await OpenAsync();
        for (var i = 0; i < 120; i++)
        {
            var answers = i == 0 ? "" : "In-Reply-To: <0@else.test>\r\nReferences: <0@else.test>\r\n";
            await test.ReceiveAsync(
                $"From: c@else.test\r\nSubject: long\r\nMessage-ID: <{i}@else.test>\r\n{answers}\r\nhi {i}\r\n",
                TestBackend.Alice
            );
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        var first = (await api.GetAsync("/users/alice%40example.test/messages?limit=1")).Json.GetProperty("items")[0];
        var path = $"/users/alice%40example.test/threads/{first.GetProperty("thread").GetString()}";
        var all = await AllAsync(api, $"{path}?limit=50");
        Assert.Equal(120, all.Distinct().Count());
        Assert.Equal(first.GetProperty("id").GetString(), all[^1]);
        Assert.Equal(400, (await api.GetAsync($"{path}?after=dSE")).Status);
    }

    [Theory]
    [InlineData("mailboxes")]
    [InlineData("archive/mailboxes")]
    public async Task Mailboxes_are_listed_to_the_last(string list)
    {
        var (test, api) = await OpenAsync();
        for (var i = 0; i < 12; i++)
            await test.Gateway.CreateMailboxAsync(test.AliceId, $"Project {i}", MailboxRole.None, default);
        var all = await AllAsync(api, $"/users/alice%40example.test/{list}?limit=5");
        var there = await test.Gateway.ListMailboxesAsync(test.AliceId, default);
        Assert.Equal(there.Select(mailbox => $"{mailbox.Id}").Order(), all.Order());
    }
}
