using System.Net;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Api.Gateway.Wire;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Search;
using Cloud.Store.Threading;
using Cloud.Tests.Fakes;
using Ops = Cloud.Api.Gateway.Wire.GatewayOperations;

namespace Cloud.Tests.Api.Gateway.Wire;

/// <summary>What is encoded is decoded again, and nothing else decodes into a surprise.</summary>
public sealed class CodecTests
{
    const ulong Big = ulong.MaxValue - 5;

    static readonly Mailbox Box = new(
        new(7),
        "Ö/a",
        MailboxRole.Archive,
        true,
        1,
        uint.MaxValue,
        3,
        Big,
        4,
        5,
        6,
        long.MaxValue,
        ["$Work", "ü"]
    );

    static readonly MessageEntry[] Entries =
    [
        new(1, MessageFlags.None, 1, 0, new(0), 0, 0, 0),
        new(2, MessageFlags.Seen | MessageFlags.Draft, Big, Big, new(Big), long.MaxValue, -5, 1_800_000_000),
        new(uint.MaxValue, (MessageFlags)31, 3, 1, new(9), 17, 1_800_000_000, -1),
    ];

    static readonly UidSet Uids = UidSet.Of([(1u, 4u), (7u, 7u), (9u, uint.MaxValue)]);

    static readonly Email[] Emails =
    [
        new(new(1), new(2), "ab/x-1", 3, new byte[32], new byte[] { 1, 2, 3 }, new(0x3FF_FFFF_FFFF, Big))
        {
            DeliveryFields = "X-A: b\r\n"u8.ToArray(),
        },
        new(new(Big), new(Big), "", 0, default, default, default),
    ];

    /// <summary>They are taken for asking what they always did.</summary>
    [Fact]
    public void Requests_of_an_older_listener_are_understood()
    {
        var count = SharingOperations.Count.Request.Decode("""{"account":"a","mailbox":7}"""u8.ToArray());
        Assert.True(count!.Unseen);
        var visible = SharingOperations.ListVisible.Request.Decode(
            """{"account":"b","address":"bob@x.test"}"""u8.ToArray()
        );
        Assert.Equal(new("b"), visible!.Account);
        Assert.Equal(0UL, visible.Known);
    }

    static Result<T> Refuse<T>()
        where T : class => new Result(Refusal.OverLimit, "too “much”");

    /// <summary>Every packed form, as octets, with what reads it.</summary>
    static IEnumerable<(byte[] Octets, Action<byte[]> Decode)> Packed()
    {
        yield return Of(Ops.Open.Answer, new MailboxView(Box, Big, EntryPages.Of(Entries)));
        yield return Of(Ops.Open.Answer, null);
        yield return Of(Ops.Sync.Answer, new MailboxChanges(Box, 0, Entries, Uids));
        yield return Of(Ops.Fetch.Answer, new FetchAnswer(2, Emails));
        yield return Of(Ops.StoreFlags.Answer, new StoreFlagsResult(5, Box, Entries, Uids));
        yield return Of(Ops.Copy.Answer, new CopyResult(5, 6, [(1, 2), (3, uint.MaxValue)]));
        yield return Of(Ops.Expunge.Answer, new ExpungeResult(5, Uids));
        yield return Of(Ops.Search.Answer, Uids);
        yield return Of(Ops.Search.Answer, Refuse<UidSet>());
        yield return Of(Ops.Sort.Answer, new SortResult([3, 1, uint.MaxValue]));
        yield return Of(Ops.Sort.Answer, new SortResult([3, 1]) { Scores = [100, 7] });
        yield return Of(Ops.Thread.Answer, new ThreadResult([Thread(0, Thread(4), Thread(7, Thread(9)))]));
        yield return Of(Ops.FetchOverviews.Answer, [Overviews()]);
        yield return Of(Ops.FetchOverviews.Answer, null);
        yield return Of(Ops.ShowUse.Answer, new AccountUse(5, 10));
        yield return Of(Ops.GetMetadata.Answer, Metadata());
        yield return Of(Ops.GetMetadata.Answer, null);
        yield return Of(Ops.SetMetadata.Answer, new MetadataChange(5));
        yield return Of(Ops.ListMailboxes.Answer, new MailboxListAnswer([Box]));

        static (byte[], Action<byte[]>) Of<T>(WireCodec<T> codec, T value) =>
            (codec.Encode(value), octets => codec.Decode(octets));
    }

    static MetadataAnswer Metadata() =>
        new(Big, [new("/private/comment", new byte[] { 0, 255 }, 4), new("/shared/a", null)], 2048);

    static OverviewPage Overviews()
    {
        var packer = new OverviewPacker();
        packer.Add(
            3,
            new(4),
            Cloud.Tests.Mail.Messages.Scan(
                "Subject: Re: ä\r\nFrom: a <b@c.test>, g: d@e;\r\nReferences: <a@b> <c@d>\r\n\r\n"
            )
        );
        packer.Add(
            9,
            new(5),
            Cloud.Tests.Mail.Messages.Scan(
                "Date: Fri, 2 Jan 2026 04:00:00 +0100\r\nTo: " + new string('x', 5000) + "@y\r\n\r\n"
            )
        );
        return new(packer.ToArray());
    }

    static ThreadNode Thread(uint uid, params ThreadNode[] children)
    {
        var node = new ThreadNode(uid);
        node.Children.AddRange(children);
        return node;
    }

    static string Text<T>(WireCodec<T> codec, T value) => Convert.ToHexString(codec.Encode(value));

    [Fact]
    public void Answers_come_out_as_they_went_in()
    {
        var view = Ops.Open.Answer.Decode(Ops.Open.Answer.Encode(new(Box, Big, EntryPages.Of(Entries))))!;
        Assert.Equal(Entries, view.Entries);
        Assert.Equal(Box.Keywords, view.Mailbox.Keywords);
        Assert.Equal(Box with { Keywords = [] }, view.Mailbox with { Keywords = [] });
        Assert.Equal(Big, view.Revision);
        var changes = Ops.Sync.Answer.Decode(Ops.Sync.Answer.Encode(new(Box, 1, Entries, Uids)))!;
        Assert.Equal((Uids.ToString(), 1ul), (changes.Vanished.ToString(), changes.Revision));
        Assert.Null(Ops.Sync.Answer.Decode(Ops.Sync.Answer.Encode(null)));
        var refused = Ops.Copy.Answer.Decode(Ops.Copy.Answer.Encode(Refuse<CopyResult>()));
        Assert.Equal((Refusal.OverLimit, "too “much”"), (refused.Refusal, refused.Reason));
        var metadata = Ops.GetMetadata.Answer.Decode(Ops.GetMetadata.Answer.Encode(Metadata()))!;
        Assert.Equal((Big, 2048L), (metadata.Revision, metadata.Longest));
        Assert.Equal([0, 255], metadata.Entries[0].Value!.Value.ToArray());
        Assert.Null(metadata.Entries[1].Value);
        var emails = Ops.Fetch.Answer.Decode(Ops.Fetch.Answer.Encode(new(2, Emails))).Emails;
        Assert.Equal(
            Emails[0] with
            {
                Sha256 = default,
                Index = default,
                DeliveryFields = default,
            },
            emails[0] with
            {
                Sha256 = default,
                Index = default,
                DeliveryFields = default,
            }
        );
        Assert.Equal(Emails[0].Index.ToArray(), emails[0].Index.ToArray());
        Assert.Equal(Emails[0].DeliveryFields.ToArray(), emails[0].DeliveryFields.ToArray());
        Assert.Equal(32, emails[0].Sha256.Length);
    }

    [Fact]
    public void Orders_conversations_and_overviews_come_out_as_they_went_in()
    {
        var sorted = Ops.Sort.Answer.Decode(Ops.Sort.Answer.Encode(new SortResult([3, 1, uint.MaxValue])));
        Assert.Equal([3u, 1u, uint.MaxValue], sorted.Value!.Uids);
        var scored = new SortResult([3, 1]) { Scores = [100, 7] };
        Assert.Equal([100, 7], Ops.Sort.Answer.Decode(Ops.Sort.Answer.Encode(scored)).Value!.Scores);
        ThreadNode[] threads = [Thread(1), Thread(0, Thread(4), Thread(7, Thread(9)))];
        var threaded = Ops.Thread.Answer.Decode(Ops.Thread.Answer.Encode(new ThreadResult(threads))).Value!.Threads;
        Assert.Equal([1u, 0u], threaded.Select(node => node.Uid));
        Assert.Equal([4u, 7u], threaded[1].Children.Select(node => node.Uid));
        Assert.Equal(9u, Assert.Single(threaded[1].Children[1].Children).Uid);

        var page = Assert.Single(Ops.FetchOverviews.Answer.Decode(Ops.FetchOverviews.Answer.Encode([Overviews()]))!);
        Assert.False(page.TryFind(3, new(5), out _));
        Assert.True(page.TryFind(3, new(4), out var kept));
        Assert.Equal(("ä", true), (kept.BaseSubject.Text, kept.BaseSubject.IsReplyOrForward));
        Assert.True(kept[OverviewField.Date].IsNil);
        Assert.Equal("c@d", Encoding.UTF8.GetString(Last(kept.References)));
        Assert.True(page.TryFind(9, new(5), out var left));
        Assert.False(left.IsKept);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.FromHours(1)), left.Sent);
    }

    static ReadOnlySpan<byte> Last(OverviewIds ids)
    {
        ReadOnlySpan<byte> last = [];
        foreach (var id in ids)
            last = id;
        return last;
    }

    [Fact]
    public void Requests_come_out_as_they_went_in()
    {
        Same(Ops.Authenticate.Request, new("ä@b.test", "p\"ä\0", IPAddress.Parse("2001:db8::1")));
        Same(Ops.AuthenticateToken.Request, new("", "a.b_c~d+e/f==", IPAddress.IPv6Loopback));
        Same(Ops.FinishScram.Request, new("a", new byte[] { 1 }, new byte[32], IPAddress.Loopback));
        Same(Ops.CheckRecipient.Request, new(null, new("a b\"@", "[IPv6:::1]"), new AccountId("a1"), 5, IPAddress.Any));
        var envelope = TestBackend.Envelope("a@b.test", "c@d.test") with { Ret = "FULL", EnvelopeId = "x" };
        var message = new Cloud.Flow.Inbound.UploadedMessage("aa/b", 5, new byte[32], new byte[] { 1 });
        var transaction = new TransactionId(0x3FF_FFFF_FFFF, Big);
        var evidence = new Evidence(DoorOutcome.Junk, "7.1", "ä", "A: b\r\n", [new("SPF_FAIL", 1.5m, "why")], ["step"]);
        var peer = new Peer(IPAddress.IPv6Loopback, "helo", "TLS 1.3");
        Same(Ops.Receive.Request, new(new(transaction, peer, envelope, message, evidence), true));
        var content = new SubmittedContent(
            [new("a", "b.test"), new("ä", "b.test")],
            new("c", "b.test"),
            "id@b.test",
            "ä",
            new byte[32],
            "Bcc: d@b.test\r\n"u8.ToArray(),
            true,
            true,
            true
        );
        var submit = new SubmitRequest(
            transaction,
            new("a"),
            null,
            [new(new("a", "b.test"), "NEVER")],
            message,
            content
        )
        {
            Options = new()
            {
                Ret = "HDRS",
                Body = BodyType.Binary,
                Priority = -9,
                DeliverBy = new(default, true),
            },
            HoldUntil = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };
        Same(Ops.Submit.Request, new(submit, false));
        var received = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-8));
        Same(
            Ops.Append.Request,
            new(
                new(
                    transaction,
                    new AccountId("a"),
                    new(1),
                    message,
                    MessageFlags.Seen | MessageFlags.Draft,
                    ["k"],
                    received
                ),
                true
            )
        );
        Same(
            Ops.StoreFlags.Request,
            new(new AccountId("a"), new(1), Uids, FlagAction.Replace, MessageFlags.None, ["k"], Big)
        );
        Same(
            SharingOperations.Unsubscribe.Request,
            new(new(new("b"), "bob@example.test"), "alice@example.test", "wörk/new")
        );
        Same(Ops.Withdraw.Request, new(new AccountId("a"), new(7), []));
        Same(Ops.Expunge.Request, new(new AccountId("a"), new(uint.MaxValue), UidSet.Empty, true));
        Same(Ops.GetMetadata.Request, new(new("a"), new(0), ["/private"], int.MaxValue, 5, Big));
        Same(
            Ops.SetMetadata.Request,
            new(new("a"), new(1), [new("/private/a", new byte[] { 0, 255 }), new("/shared/b", null)])
        );
        Same(Ops.Fetch.Request, new(new AccountId("a"), [new(0), new(Big)]));
        var reader = new Access(new("a"), new(new("b"), "bob o@example.test"));
        Same(Ops.Fetch.Request, new(reader, [new(1)]));
        Assert.Equal(reader, Again(Ops.Fetch.Request, new(reader, [])).Account);
        Same(Ops.Copy.Request, new(reader, new(1), Uids, new(2)) { To = new AccountId("b") });
        Same(Ops.Move.Request, new(new AccountId("b"), new(1), Uids, new(2)) { To = reader });
        Same(
            SharingOperations.ChangeAcl.Request,
            new(reader, "a@b.test", new(1), "-c", FlagAction.Remove, MailboxRights.All)
        );
        Same(Ops.ListSubmissions.Request, new(new("a"), null, null, 1));
        Same(Ops.ListSubmissions.Request, new(new("a"), true, transaction, 200));
        Same(Ops.ChangeSubmission.Request, new(new("a"), transaction, QueueVerb.Cancel));
        Same(Ops.TakeMaildrop.Request, new(new("a"), Big));
        Same(
            Ops.Authenticate.Answer,
            AuthenticateResult.Refused(AuthenticateStatus.LockedOut, TimeSpan.FromSeconds(5))
        );

        static void Same<T>(WireCodec<T> codec, T value) =>
            Assert.Equal(Text(codec, value), Text(codec, Again(codec, value)));

        static T Again<T>(WireCodec<T> codec, T value) => codec.Decode(codec.Encode(value));
    }

    [Fact]
    public void Every_kind_of_search_comes_out_as_it_went_in()
    {
        SearchKey[] keys =
        [
            new SearchKey.All(),
            new SearchKey.InSet(Uids),
            new SearchKey.HasFlag(MessageFlags.Flagged),
            new SearchKey.HasKeyword("k"),
            new SearchKey.Received(new(2026, 1, 2), new(2026, 1, 3)),
            new SearchKey.Sent(DateOnly.MinValue, DateOnly.MaxValue),
            new SearchKey.Header("subject", "grüße"),
            new SearchKey.Body("b"),
            new SearchKey.Anywhere("c"),
            new SearchKey.Larger(5),
            new SearchKey.Smaller(long.MaxValue),
            new SearchKey.ChangedSince(Big),
            new SearchKey.Saved(new(2026, 1, 2), DateOnly.MaxValue),
            new SearchKey.Arrived(-5, long.MaxValue),
            new SearchKey.IsEmail(new(Big)),
            new SearchKey.InThread(Big),
            new SearchKey.Fuzzy(new SearchKey.Header("subject", "x")),
            new SearchKey.Or(new SearchKey.All(), new SearchKey.Not(new SearchKey.Body("x"))),
        ];
        var kinds = typeof(SearchKey).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(SearchKey)));
        Assert.Equal(
            kinds.Count(),
            keys.Select(key => key.GetType())
                .Append(typeof(SearchKey.Not))
                .Append(typeof(SearchKey.And))
                .Distinct()
                .Count()
        );
        SearchKey deep = new SearchKey.And(keys);
        for (var level = 0; level < 50; level++) // as deep as IMAP lets it be
            deep = new SearchKey.And([deep]);
        var request = new SearchRequest(new AccountId("a"), new(1), Uids, deep);
        var again = Ops.Search.Request.Decode(Ops.Search.Request.Encode(request));
        Assert.Equal(Text(Ops.Search.Request, request), Text(Ops.Search.Request, again));
    }

    [Fact]
    public void An_answer_cut_anywhere_is_no_answer()
    {
        foreach (var (octets, decode) in Packed())
        {
            decode(octets);
            for (var length = 0; length < octets.Length; length++)
                Assert.Throws<WireException>(() => decode(octets[..length]));
            Assert.Throws<WireException>(() => decode([.. octets, 0]));
        }
    }

    [Fact]
    public void Noise_is_no_answer_or_a_harmless_one()
    {
        var entropy = new SeededEntropy(11);
        foreach (var (octets, decode) in Packed())
        {
            for (var round = 0; round < 3000; round++)
            {
                var noise = round % 2 == 0 ? entropy.Bytes(entropy.Below(200)) : [.. octets];
                for (var i = 0; round % 2 == 1 && i <= entropy.Below(4); i++)
                    noise[entropy.Below(noise.Length)] = (byte)entropy.Next64();
                try
                {
                    decode(noise);
                }
                catch (WireException)
                {
                    continue;
                }
            }
        }
    }

    [Fact]
    public async Task Frames_end_with_an_empty_one_and_only_there()
    {
        var bytes = new MemoryStream();
        var writer = new FrameWriter(bytes);
        var message = new SeededEntropy(5).Bytes(3 * WireLimits.Frame + 17);
        await writer.WriteAsync(new byte[] { 9 }, default);
        await writer.WriteAsync(message, default);
        await writer.EndAsync(default);
        var whole = bytes.ToArray();
        Assert.Equal(message, await ReadAsync(whole));
        foreach (var length in Enumerable.Range(0, 20).Concat([WireLimits.Frame, whole.Length - 5, whole.Length - 1]))
            await Assert.ThrowsAsync<WireException>(() => ReadAsync(whole[..length]));
        await Assert.ThrowsAsync<WireException>(() => ReadAsync([1, 0, 0, 0, 9, 255, 255, 255, 127]));
        await Assert.ThrowsAsync<WireException>(() => ReadAsync([1, 0, 0, 0, 9, 255, 255, 255, 255]));

        static async Task<byte[]> ReadAsync(byte[] octets)
        {
            var reader = new FrameReader(new MemoryStream(octets));
            Assert.Equal([9], await reader.ReadHeadAsync(default));
            var result = new MemoryStream();
            var buffer = new byte[1000];
            int read;
            while ((read = await reader.ReadAsync(buffer, default)) > 0)
                result.Write(buffer, 0, read);
            return result.ToArray();
        }
    }
}
