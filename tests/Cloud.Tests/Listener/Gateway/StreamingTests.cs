using System.Security.Cryptography;
using Cloud.Listener.Gateway;
using Cloud.Store;
using Cloud.Store.Accounts;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Tests.Fakes;
using Microsoft.AspNetCore.Http;

namespace Cloud.Tests.Listener.Gateway;

/// <summary>Message bytes on their way through the service; alone in the process, since it counts what that holds.</summary>
[Collection(nameof(Smtp.MemoryTests))]
public sealed class StreamingTests : HopTests
{
    const int Size = 25 * 1024 * 1024;

    static readonly byte[] Block = MakeBlock();

    static byte[] MakeBlock()
    {
        var block = new byte[64 * 1024];
        new SeededEntropy(3).Fill(block);
        return block;
    }

    async Task<(TransactionId Transaction, Cloud.Flow.Inbound.UploadedMessage Message)> SendAsync(
        HttpGateway gateway,
        int size,
        Action<long>? looking = null
    )
    {
        var transaction = Test.NewTransaction();
        await using var upload = await gateway.BeginUploadAsync(transaction, default);
        for (var sent = 0; sent < size; sent += Block.Length)
        {
            await upload.WriteAsync(Block.AsMemory(0, Math.Min(Block.Length, size - sent)), default);
            looking?.Invoke(upload.Size);
        }
        return (transaction, await upload.CompleteAsync(default));
    }

    async Task<Email> FileAsync(HttpGateway gateway, int size)
    {
        var (transaction, message) = await SendAsync(gateway, size);
        await gateway.ReceiveAsync(TestBackend.Request(transaction, message, TestBackend.Alice), default);
        var view = await gateway.OpenAsync(Test.AliceId, MailboxRow.Inbox, false, default);
        return Assert.Single(await gateway.FetchAsync(Test.AliceId, [view!.Entries[^1].Email], default));
    }

    [Fact]
    public async Task A_message_of_25_MiB_goes_up_and_down_and_is_never_held()
    {
        await using var gateway = Connect(claims: false);
        var email = await FileAsync(gateway, Size); // the store itself holds it: it is in memory
        Assert.Equal(Size, email.Size);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var stream = await gateway.ReadAsync(Test.AliceId, email, 0, null, ReadBy.Imap, default))
        {
            var buffer = new byte[64 * 1024];
            var at = 0L;
            int read;
            while ((read = await stream!.ReadAsync(buffer)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                if ((at + read) / (Size / 4) > at / (Size / 4))
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
                at += read;
            }
        }
        Assert.Equal(email.Sha256.ToArray(), hash.GetHashAndReset());
        Assert.InRange(most - before, long.MinValue, 3 * 1024 * 1024);
    }

    [Fact]
    public async Task A_message_on_its_way_up_leaves_as_it_comes()
    {
        await using var gateway = Connect(claims: false);
        var received = 0L;
        Hop.Instead = async (http, _) =>
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await http.Request.Body.ReadAsync(buffer)) > 0)
                received += read;
            http.Abort();
        };
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var held = 0L;
        await Assert.ThrowsAnyAsync<StoreException>(() =>
            SendAsync(
                gateway,
                Size,
                sent =>
                {
                    if (sent == Size)
                        held = GC.GetTotalMemory(forceFullCollection: true);
                }
            )
        );
        Assert.True(received >= Size);
        Assert.InRange(held - before, long.MinValue, 3 * 1024 * 1024);
    }

    [Fact]
    public async Task A_message_given_up_on_the_way_leaves_nothing()
    {
        await using var gateway = Connect(claims: false);
        var left = new TaskCompletionSource();
        Hop.Instead = async (_, answer) =>
        {
            try
            {
                await answer();
            }
            finally
            {
                left.SetResult();
            }
        };
        await using (var upload = await gateway.BeginUploadAsync(Test.NewTransaction(), default))
        {
            for (var i = 0; i < 10; i++)
                await upload.WriteAsync(Block, default);
        }
        await left.Task;
        Assert.Equal(0, Blobs.Count);
    }

    [Fact]
    public async Task A_message_that_nobody_wanted_is_removed()
    {
        await using var gateway = Connect(claims: false);
        await using var upload = await gateway.BeginUploadAsync(Test.NewTransaction(), default);
        await upload.WriteAsync(Block, default);
        await upload.CompleteAsync(default);
        Assert.Equal(1, Blobs.Count);
        await upload.AbandonAsync(default);
        Assert.Equal(0, Blobs.Count);
    }

    [Fact]
    public async Task A_service_that_ends_amid_a_message_is_a_fault()
    {
        await using var gateway = Connect(claims: false);
        Hop.Instead = async (http, _) =>
        {
            await http.Request.Body.ReadExactlyAsync(new byte[100]);
            http.Abort();
        };
        await Assert.ThrowsAnyAsync<StoreException>(() => SendAsync(gateway, Size));
        Assert.Equal(0, Blobs.Count);
        Hop.Instead = Say(503, "text/html", "");
        await Assert.ThrowsAnyAsync<StoreException>(() => SendAsync(gateway, Size));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_that_breaks_off_on_its_way_down_goes_on_where_it_broke(bool politely)
    {
        await using var gateway = Connect(claims: false);
        var email = await FileAsync(gateway, 1_000_000);
        var cuts = 0;
        Hop.Instead = async (http, answer) =>
        {
            var whole = http.Response.Body;
            var cut = new MemoryStream();
            http.Response.Body = cut;
            await answer();
            // A proxy may end a broken answer as if it were whole.
            await whole.WriteAsync(cut.GetBuffer().AsMemory(0, (int)Math.Min(cut.Length, 300_000)));
            await whole.FlushAsync();
            if (cut.Length > 300_000)
                cuts++;
            if (!politely && cut.Length > 300_000)
                http.Abort();
        };
        foreach (var (offset, length) in new (int, long?)[] { (0, null), (5, 999_990), (999_999, null), (0, 0) })
        {
            await using var stream = await gateway.ReadAsync(Test.AliceId, email, offset, length, ReadBy.Imap, default);
            var bytes = new MemoryStream();
            await stream!.CopyToAsync(bytes);
            var expected = Enumerable.Repeat(Block, 16).SelectMany(block => block).Take(1_000_000).Skip(offset);
            Assert.True(expected.Take((int)(length ?? int.MaxValue)).SequenceEqual(bytes.ToArray()));
        }
        Assert.InRange(cuts, 5, 100);
    }

    [Fact]
    public async Task A_message_that_never_comes_is_a_fault()
    {
        await using var gateway = Connect(claims: false);
        var email = await FileAsync(gateway, 1000);
        Hop.Instead = Abort;
        await Assert.ThrowsAnyAsync<StoreException>(async () =>
            await gateway.ReadAsync(Test.AliceId, email, 0, null, ReadBy.Imap, default)
        );
        Assert.InRange(Asked("read"), 2, 5);
    }

    [Fact]
    public async Task A_message_that_is_gone_is_none()
    {
        await using var gateway = Connect(claims: false);
        var email = await FileAsync(gateway, 1000);
        await gateway.ExpungeAsync(Test.AliceId, MailboxRow.Inbox, UidSet.All, false, default);
        Assert.Null(await gateway.ReadAsync(Test.AliceId, email with { Id = new(1) }, 0, null, ReadBy.Imap, default));
    }
}
