using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Door;

/// <summary>Whatever is sent and whoever does not answer, a message is judged, and in time.</summary>
public sealed class MessageDoorTests
{
    readonly ManualClock clock = new();

    readonly ZoneResolver dns = new(
        """
        late.test         HANG
        _dmarc.late.test  HANG
        """
    );

    MessageCheck Begin(Func<DoorOptions, DoorOptions>? set = null, string domain = "late.test") =>
        Begin(Door(set), domain);

    MessageDoor Door(Func<DoorOptions, DoorOptions>? set = null)
    {
        var options = new DoorOptions { Hostname = "mx.example.test" };
        return new(set?.Invoke(options) ?? options, dns, clock, Entropy.System);
    }

    static MessageCheck Begin(MessageDoor door, string domain)
    {
        var from = EmailAddress.TryParse($"x@{domain}");
        return door.Begin(IPAddress.Parse("192.0.2.1"), domain, from)!;
    }

    [Fact]
    public async Task All_recipients_of_a_transaction_wait_once_for_name_servers_that_hang()
    {
        using var check = Begin(options => options with { Greylist = GreylistMode.All });
        var first = check.GreylistAsync().AsTask();
        Assert.False(first.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await first);
        var second = check.GreylistAsync();
        Assert.True(second.IsCompleted);
        Assert.Null(await second);
    }

    [Fact]
    public async Task Headers_without_an_end_fill_so_much_memory_and_no_more()
    {
        var door = Door();
        var octets = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("X-Field: value\r\n", 5000)));
        List<MessageCheck> checks = [.. Enumerable.Range(0, 65).Select(_ => Begin(door, "plain.test"))];
        foreach (var check in checks)
            check.Write(octets);
        Assert.Null(await checks[0].AuthenticateAsync());
        var last = await checks[^1].AuthenticateAsync();
        Assert.Equal((DoorOutcome.Defer, "3.2"), (last!.Outcome, last.Code));

        checks[0].Dispose();
        using var next = Begin(door, "plain.test");
        next.Write(octets);
        Assert.Null(await next.AuthenticateAsync());
        checks[1..].ForEach(check => check.Dispose());
    }

    [Fact]
    public async Task Look_ups_that_hang_end_with_the_deadline_or_with_the_transaction()
    {
        var check = Begin();
        check.Write("From: x@late.test\r\n\r\ntext\r\n"u8.ToArray());
        var end = check.AuthenticateAsync().AsTask();
        Assert.False(end.IsCompleted);
        Assert.Null(await PassAsync(end));
        check.Dispose();
        Begin().Dispose();
        clock.Advance(TimeSpan.FromMinutes(5)); // No timer is left that minds.
    }

    [Theory]
    [InlineData("bank.test", null)] // its own key cannot be had: nobody knows
    [InlineData("late.test", "bank.test asks to refuse mail that fails DMARC")] // no name of a stranger's helps
    public async Task Name_servers_that_fail_refuse_nothing_and_excuse_nobody_else(string signer, string? refusal)
    {
        dns.Add(
            """
            bank.test                    TXT  "v=spf1 -all"
            _dmarc.bank.test             TXT  "v=DMARC1; p=reject"
            s._domainkey.bank.test       SERVFAIL
            s._domainkey.late.test       HANG
            """
        );
        using var check = Begin(domain: "late.test");
        var hash = Convert.ToBase64String(SHA256.HashData("\r\n"u8));
        var signature = $"DKIM-Signature: v=1; a=rsa-sha256; d={signer}; s=s; h=from; bh={hash}; b=AAAA";
        check.Write(Encoding.ASCII.GetBytes($"{signature}\r\nFrom: x@bank.test\r\n\r\n"));
        var evidence = await PassAsync(check.AuthenticateAsync().AsTask());
        Assert.Equal(refusal, evidence?.Reason);
    }

    /// <summary>Lets time pass until something is done.</summary>
    async Task<T> PassAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
        return await task;
    }

    public static TheoryData<string> Messages =>
        [
            "",
            "\r\n",
            "\r\n\r\n",
            "text without a header",
            "Subject",
            "Subject:",
            "From: \r\n",
            "From: a@b.test, c@d.test\r\nFrom: <>\r\n\r\n",
            "DKIM-Signature: v=1\r\nARC-Seal: i=1\r\n\r\n",
            "Authentication-Results: mx.example.test",
            " Authentication-Results: mx.example.test; dkim=pass\r\n\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\n",
            "Content-Type: text/html\r\n\r\n<a href=\"http://",
            $"Subject: {new string('x', 2 << 20)}\r\n\r\ntext",
            string.Concat(Enumerable.Repeat("Received: from a by b; never\r\n", 20_000)) + "\r\n",
            $"Subject: a\r\n\r\n{new string('\0', 100_000)}",
            string.Concat(Enumerable.Range(0, 100_000).Select(n => (char)(n * 7919 % 256))),
        ];

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Whatever_is_sent_is_judged_however_it_is_cut(string text)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        var whole = await JudgeAsync(octets, octets.Length + 1);
        var pieces = await JudgeAsync(octets, 1000);
        Assert.Equal(whole?.Fields, pieces?.Fields);
        Assert.Equal(whole?.Hits, pieces?.Hits);
        if (whole is not null)
            Assert.StartsWith("Authentication-Results: mx.example.test;", whole.Fields);
    }

    [Fact]
    public async Task Many_long_signatures_leave_room_for_what_was_found_out()
    {
        var header = new StringBuilder();
        for (var i = 0; i < 8; i++)
        {
            var domain = string.Join('.', Enumerable.Repeat(new string((char)('a' + i), 60), 3)) + ".test";
            header.Append($"DKIM-Signature: v=1; a=rsa-sha256; d={domain}; i={new string('i', 64)}@{domain};\r\n");
            header.Append(
                $" s={new string('s', 60)}; h=from; bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AAAA\r\n"
            );
        }
        var evidence = await JudgeAsync(Encoding.ASCII.GetBytes($"{header}From: x@plain.test\r\n\r\n"), 1000);
        Assert.InRange(evidence!.Fields.Length, 1000, 6 * 1024);
        Assert.Contains("dmarc=none", evidence.Fields);
    }

    async Task<Evidence?> JudgeAsync(byte[] octets, int piece)
    {
        using var check = Begin(domain: "plain.test");
        var kept = new MemoryStream();
        for (var at = 0; at < octets.Length; at += piece)
        {
            foreach (var part in check.Write(octets.AsMemory(at, Math.Min(piece, octets.Length - at))))
                Keep(part);
        }
        Keep(check.EndWrite());
        if (await check.AuthenticateAsync() is { } refusal)
            return refusal;
        var scanner = new MessageScanner();
        scanner.Write(kept.ToArray());
        var message = new UploadedMessage("blob", kept.Length, new byte[32], scanner.Complete().Pack());
        return await check.JudgeAsync("t", [], message, _ => new(new MemoryStream(kept.ToArray())), default);

        void Keep(ReadOnlyMemory<byte> part)
        {
            check.Kept(part.Span);
            kept.Write(part.Span);
        }
    }
}
