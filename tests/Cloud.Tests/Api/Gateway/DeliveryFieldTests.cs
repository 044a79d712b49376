using System.Text;
using Cloud.Api.Gateway;
using Cloud.Flow.Door;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Store.Search;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Fields that a delivery puts in front of a message, as whoever reads the message meets them.</summary>
public abstract class DeliveryFieldTests(Hop hop) : GatewayTests(hop)
{
    const string Fields = "Authentication-Results: mail.example.test; none\r\n";

    const string Message =
        "Subject: two parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + "--b\r\n\r\nfirst text\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inside\r\n\r\ninner\r\n--b--\r\n";

    static readonly Evidence Evidence = new(DoorOutcome.Accept, "", "", Fields, [new("SPF_PASS", -0.5m, "why")], []);

    [Fact]
    public async Task A_message_is_read_as_its_fields_and_then_its_octets_in_every_range()
    {
        var (test, entry, email) = await DeliverAsync(Evidence);
        var whole = await ReadAsync(test, email, 0, null);
        var text = Encoding.UTF8.GetString(whole);
        Assert.StartsWith(Fields + "X-Spam-Status: No, score=-0.5 required=5.0\r\n\ttests=SPF_PASS=-0.5\r\n", text);
        Assert.EndsWith(Message, text);
        Assert.Equal((whole.Length, whole.Length), (entry.Size, email.Size));
        Assert.Equal(Encoding.UTF8.GetBytes(Message), whole[^Message.Length..]);
        for (var offset = 0; offset <= whole.Length + 1; offset += 7)
        {
            Assert.Equal(whole.Skip(offset), await ReadAsync(test, email, offset, null));
            Assert.Equal(whole.Skip(offset).Take(60), await ReadAsync(test, email, offset, 60));
        }
    }

    [Fact]
    public async Task The_structure_tells_where_the_parts_are_behind_the_fields()
    {
        var (test, _, email) = await DeliverAsync(Evidence);
        var index = email.UnpackIndex();
        Assert.Equal(email.Size, index.Size);
        Assert.Equal("first text", await TextAsync(index.Part([1])!));
        Assert.Equal("Content-Type: message/rfc822\r\n\r\n", await RangeAsync(HeaderOf(index.Part([2])!)));
        Assert.Equal("inner", await TextAsync(index.Part([2])!.Message!.Body));
        var header = await RangeAsync((0, index.HeaderLength));
        Assert.StartsWith("Authentication-Results: ", header);
        Assert.EndsWith("boundary=b\r\n\r\n", header);

        Task<string> TextAsync(BodyPart part) => RangeAsync((part.BodyStart, part.BodyLength));
        (long, long) HeaderOf(BodyPart part) => (part.HeaderStart, part.HeaderLength);
        async Task<string> RangeAsync((long Start, long Length) range) =>
            Encoding.UTF8.GetString(await ReadAsync(test, email, range.Start, range.Length));
    }

    [Fact]
    public async Task The_fields_are_found_like_any_others()
    {
        var (test, entry, _) = await DeliverAsync(Evidence);
        Assert.True(await FindsAsync(new SearchKey.Header("Authentication-Results", "mail.example.test")));
        Assert.True(await FindsAsync(new SearchKey.Body("inner")));
        Assert.False(await FindsAsync(new SearchKey.Body("none")));

        async Task<bool> FindsAsync(SearchKey key)
        {
            var inbox = await test.MailboxAsync(test.AliceId, "INBOX");
            var request = new SearchRequest(test.AliceId, inbox.Id, UidSet.Of([entry.Uid]), key);
            return (await test.Gateway.SearchAsync(request, default)).Value!.Ranges.Count > 0;
        }
    }

    [Theory]
    [InlineData(DoorOutcome.Junk)]
    [InlineData(DoorOutcome.Quarantine)]
    public async Task What_is_suspicious_goes_to_Junk_and_says_so(DoorOutcome outcome)
    {
        var test = await OpenAsync();
        await ReceiveAsync(test, Evidence with { Outcome = outcome });
        Assert.Empty((await test.OpenAsync(test.AliceId)).Entries);
        var junk = await test.MailboxAsync(test.AliceId, "Junk");
        var view = await test.Gateway.OpenAsync(test.AliceId, junk.Id, claimRecent: false, default);
        var entry = Assert.Single(view!.Entries);
        Assert.Equal("$Junk", view.Mailbox.Keywords[(int)ulong.TrailingZeroCount(entry.Keywords)]);
        var email = Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [entry.Email], default));
        Assert.Contains("\r\nX-Spam-Flag: YES\r\n", Encoding.UTF8.GetString(email.DeliveryFields.Span));
    }

    [Fact]
    public async Task Fields_that_are_too_many_to_keep_do_not_take_the_verdict_with_them()
    {
        var many = string.Concat(Enumerable.Repeat(Fields, 200));
        var (_, entry, email) = await DeliverAsync(Evidence with { Fields = many });
        Assert.Equal(email.Size, entry.Size);
        Assert.StartsWith("X-Spam-Status: No, score=-0.5", Encoding.UTF8.GetString(email.DeliveryFields.Span));
    }

    [Fact]
    public async Task A_reason_beyond_all_bounds_does_not_keep_a_message_out()
    {
        var (_, entry, _) = await DeliverAsync(Evidence with { Reason = new string('r', 200_000) });
        Assert.True(entry.Size > Message.Length);
    }

    [Theory]
    [InlineData("X: no end")]
    [InlineData("\r\n")]
    [InlineData("X: y\r\n\r\n")]
    [InlineData("X: y\r\n \r\n")]
    [InlineData("X: y\n\nz\r\n")]
    [InlineData(" goes on\r\n")]
    public async Task What_is_no_field_does_not_come_in_front_of_a_message(string fields)
    {
        var (_, _, email) = await DeliverAsync(Evidence with { Fields = fields });
        Assert.StartsWith("X-Spam-Status: No, score=-0.5", Encoding.UTF8.GetString(email.DeliveryFields.Span));
    }

    [Fact]
    public async Task Without_a_place_for_junk_it_goes_where_it_is_seen()
    {
        var test = await OpenAsync();
        var junk = await test.MailboxAsync(test.AliceId, "Junk");
        Assert.True((await test.Gateway.DeleteMailboxAsync(test.AliceId, junk.Id, default)).IsOk);
        await ReceiveAsync(test, Evidence with { Outcome = DoorOutcome.Junk });
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
    }

    [Fact]
    public async Task A_mailbox_with_all_its_keywords_taken_still_gets_its_junk()
    {
        var test = await OpenAsync();
        var junk = await test.MailboxAsync(test.AliceId, "Junk");
        var keywords = Enumerable.Range(0, MailboxLimits.Keywords).Select(n => $"k{n}").ToList();
        var transaction = test.NewTransaction();
        var message = await test.UploadAsync(transaction, "a: b\r\n\r\n");
        var append = new AppendRequest(transaction, test.AliceId, junk.Id, message, 0, keywords, test.Time.GetUtcNow());
        Assert.True((await test.Gateway.AppendAsync(append, default)).IsOk);
        await ReceiveAsync(test, Evidence with { Outcome = DoorOutcome.Junk });
        Assert.Equal(2, (await test.MailboxAsync(test.AliceId, "Junk")).Messages);
    }

    [Fact]
    public async Task An_upload_is_read_back_for_those_who_scan_it_before_it_is_anybodys()
    {
        var test = await OpenAsync();
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(n => $"line {n}\r\n"));
        await using var upload = await test.Gateway.BeginUploadAsync(test.NewTransaction(), default);
        await upload.WriteAsync(Encoding.UTF8.GetBytes(text), default);
        await upload.CompleteAsync(default);
        for (var scanner = 0; scanner < 2; scanner++)
        {
            await using var stream = await upload.OpenAsync(default);
            using var reader = new StreamReader(stream);
            Assert.Equal(text, await reader.ReadToEndAsync());
        }

        await upload.AbandonAsync(default);
        await Assert.ThrowsAnyAsync<StoreException>(() => upload.OpenAsync(default).AsTask());
    }

    [Fact]
    public async Task Why_a_message_was_refused_is_kept_for_whom_it_was_for()
    {
        var test = await OpenAsync();
        var (transaction, alice) = (test.NewTransaction(), EmailAddress.TryParse(TestBackend.Alice)!);
        var refused = Evidence with { Outcome = DoorOutcome.Reject, Reason = "so it is" };
        await test.Gateway.KeepRefusedAsync(new(transaction, [alice], refused), default);
        var lines = (await test.TraceAsync(TestBackend.Alice, $"{transaction}"))!;
        Assert.Equal("Refused: Reject, -0.5 points so it is", lines[^1]);
    }

    async Task<(TestBackend, MessageEntry, Email)> DeliverAsync(Evidence evidence)
    {
        var test = await OpenAsync();
        await ReceiveAsync(test, evidence);
        var entry = Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        return (test, entry, Assert.Single(await test.Gateway.FetchAsync(test.AliceId, [entry.Email], default)));
    }

    static async Task ReceiveAsync(TestBackend test, Evidence evidence)
    {
        var transaction = test.NewTransaction();
        await using var upload = await test.Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync(Encoding.UTF8.GetBytes(Message), default);
        var message = await upload.CompleteAsync(default);
        var request = TestBackend.Request(transaction, message, TestBackend.Alice) with { Evidence = evidence };
        Assert.Equal(ReceiveStatus.Accepted, (await test.Gateway.ReceiveAsync(request, default)).Status);
    }

    static async Task<byte[]> ReadAsync(TestBackend test, Email email, long offset, long? length)
    {
        await using var stream = await test.Gateway.ReadAsync(
            test.AliceId,
            email,
            offset,
            length,
            ReadBy.Imap,
            default
        );
        var bytes = new MemoryStream();
        await stream!.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}

public sealed class LocalDeliveryFieldTests() : DeliveryFieldTests(Hop.None);

public sealed class ClaimedDeliveryFieldTests() : DeliveryFieldTests(Hop.Claim);

public sealed class StreamedDeliveryFieldTests() : DeliveryFieldTests(Hop.Stream);
