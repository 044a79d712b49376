using System.Net;
using Cloud.Api.Gateway;
using Cloud.Mail;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Gateway;

/// <summary>Who has logged in to send: with his own addresses only, and to our domains for now.</summary>
public abstract class SubmissionTests(Hop hop) : GatewayTests(hop)
{
    readonly MemoryBlobs blobs = new();

    static async Task<ReceiveResult> SubmitAsync(TestBackend test, string? from, string to)
    {
        var transaction = test.NewTransaction();
        await using var upload = await test.Gateway.BeginUploadAsync(transaction, default);
        await upload.WriteAsync("Subject: s\r\n\r\ntext\r\n"u8.ToArray(), default);
        var message = await upload.CompleteAsync(default);
        var reversePath = from is null ? null : EmailAddress.TryParse(from)!;
        var envelope = TestBackend.Envelope(to) with { From = reversePath };
        var peer = new Peer(IPAddress.Loopback, "client.test", null);
        return await test.Gateway.SubmitAsync(new(transaction, test.AliceId, peer, envelope, message), default);
    }

    async Task<TestBackend> OpenAsync()
    {
        var test = await OpenAsync(blobs: blobs);
        await test.Admin.AddAliasAsync("team@example.test", [TestBackend.Alice, TestBackend.Bob], default);
        await test.Admin.AddAliasAsync("bobs@example.test", [TestBackend.Bob], default);
        return test;
    }

    [Theory]
    [InlineData("alice@example.test")]
    [InlineData("ALICE@Example.Test")]
    [InlineData("alice+news@example.test")]
    [InlineData("team@example.test")]
    [InlineData(null)]
    public async Task A_sender_s_own_addresses_and_none_are_taken(string? from)
    {
        var test = await OpenAsync();
        Assert.Equal(ReceiveStatus.Accepted, (await SubmitAsync(test, from, TestBackend.Bob)).Status);
        Assert.Single((await test.OpenAsync(test.BobId)).Entries);
    }

    [Theory]
    [InlineData("bob@example.test")]
    [InlineData("bobs@example.test")]
    [InlineData("nobody@example.test")]
    [InlineData("alice@elsewhere.test")]
    public async Task Others_addresses_are_refused_and_nothing_is_kept(string from)
    {
        var test = await OpenAsync();
        var result = await SubmitAsync(test, from, TestBackend.Bob);
        Assert.Equal(new(ReceiveStatus.Rejected, "You may not send from this address"), result);
        Assert.Empty((await test.OpenAsync(test.BobId)).Entries);
        Assert.Equal(0, blobs.Count);
    }

    [Theory]
    [InlineData("somebody@elsewhere.test", "Mail to other domains is not sent yet", "7.1")]
    [InlineData("nobody@example.test", "No such user", "1.1")]
    public async Task What_cannot_be_delivered_is_refused_and_nothing_is_kept(string to, string reason, string code)
    {
        var test = await OpenAsync();
        Assert.Equal(new(ReceiveStatus.Rejected, reason, code), await SubmitAsync(test, TestBackend.Alice, to));
        Assert.Equal(0, blobs.Count);
    }
}

public sealed class LocalSubmissionTests() : SubmissionTests(Hop.None);

public sealed class HttpSubmissionTests() : SubmissionTests(Hop.Claim);

public sealed class StreamedSubmissionTests() : SubmissionTests(Hop.Stream);
