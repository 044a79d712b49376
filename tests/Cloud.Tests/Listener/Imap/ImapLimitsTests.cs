using Cloud.Api.Gateway;
using Cloud.Listener.Imap;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Listener.Imap;

public sealed class ImapLimitsTests
{
    [Fact]
    public async Task A_message_of_25_MB_streams_in_and_out_octet_for_octet()
    {
        var backend = await TestBackend.OpenAsync();
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        var message = new byte[25_000_000];
        new Random(1).NextBytes(message);
        "Subject: big\r\n\r\n"u8.CopyTo(message);

        await client.SendAsync($"a APPEND INBOX {{{message.Length}}}\r\n");
        Assert.Equal("+ OK", await client.ReadLineAsync());
        await client.SendAsync(message);
        await client.SendAsync("\r\n");
        Assert.StartsWith("a OK [APPENDUID", await client.ReadLineAsync(), StringComparison.Ordinal);

        await client.DoAsync("SELECT INBOX");
        await client.SendAsync("b FETCH 1 BODY.PEEK[]\r\n");
        Assert.Equal($"* 1 FETCH (BODY[] {{{message.Length}}}", await client.ReadLineAsync());
        Assert.Equal(message, await client.ReadOctetsAsync(message.Length));
        Assert.Equal(")", await client.ReadLineAsync());
        Assert.StartsWith("b OK", await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_before_it_is_sent()
    {
        var options = new ImapOptions { MaxMessage = 100 };
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync(), options);
        await using var client = await ImapClient.OpenAsync(listener);
        Assert.Contains("NO [TOOBIG]", await client.AskAsync("APPEND INBOX {101}"), StringComparison.Ordinal);
        Assert.Contains(
            "NO [TOOBIG]",
            await client.AskAsync($"APPEND INBOX {{101+}}\r\n{new string('x', 101)}"),
            StringComparison.Ordinal
        );
        await client.DoAsync("NOOP");
    }

    [Fact]
    public async Task Nothing_is_kept_of_an_append_that_breaks_off()
    {
        var blobs = new MemoryBlobs();
        var backend = await TestBackend.OpenAsync(blobs: blobs);
        await using var listener = await ImapServer.ListenAsync(backend);
        await using (var client = await ImapClient.OpenAsync(listener))
        {
            await client.SendAsync("a APPEND INBOX {1000+}\r\nhalf of it");
        }
        await listener.StopAsync();
        Assert.Equal(0, blobs.Count);
        Assert.Empty((await backend.OpenAsync(backend.AliceId)).Entries);
    }

    [Fact]
    public async Task Who_does_not_log_in_is_told_to_go()
    {
        var options = new ImapOptions { LoginTimeout = TimeSpan.FromMilliseconds(50) };
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync(), options);
        await using var client = await ImapClient.OpenAsync(listener, login: false);
        Assert.StartsWith("* BYE", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task Octets_that_drip_in_win_no_time_to_log_in()
    {
        var clock = new ManualClock();
        var options = new ImapOptions { LoginTimeout = TimeSpan.FromMinutes(2) };
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync(time: clock), options);
        await using var client = await ScriptConnection.OpenAsync(listener.Address("imap"));
        Assert.StartsWith("* OK", await client.ReadLineAsync(), StringComparison.Ordinal);
        foreach (var some in new[] { "a LO", "GIN ", "ali" })
        {
            await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(some), byteByByte: false);
            clock.Advance(TimeSpan.FromSeconds(50));
        }
        await client.SendAsync("c"u8.ToArray(), byteByByte: false);
        Assert.StartsWith("* BYE", await client.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_inflated_has_the_limits_of_what_comes_in_clear()
    {
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync());
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("COMPRESS DEFLATE");
        client.Compress();
        await client.SendAsync($"a {new string('x', 10_000_000)}\r\n");
        Assert.StartsWith("a BAD A line has at most", await client.ReadLineAsync(), StringComparison.Ordinal);
        await client.DoAsync("NOOP");
    }

    [Fact]
    public async Task What_is_not_deflate_ends_a_compressed_session()
    {
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync());
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("COMPRESS DEFLATE");
        await client.SendAsync("a NOOP\r\n");
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task A_silent_client_is_told_to_go()
    {
        var options = new ImapOptions { InactivityTimeout = TimeSpan.FromMilliseconds(50) };
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync(), options);
        await using var client = await ImapClient.OpenAsync(listener);
        Assert.StartsWith("* BYE", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task An_idling_client_hears_from_us_and_in_the_end_goodbye()
    {
        var options = new ImapOptions
        {
            KeepAlive = TimeSpan.FromMilliseconds(30),
            InactivityTimeout = TimeSpan.FromMilliseconds(90),
        };
        await using var listener = await ImapServer.ListenAsync(await TestBackend.OpenAsync(), options);
        await using var client = await ImapClient.OpenAsync(listener, login: false);
        await client.SendAsync("a LOGIN alice@example.test \"correct horse\"\r\nb IDLE\r\n");
        Assert.StartsWith("a OK", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal("+ idling", await client.ReadLineAsync());
        Assert.Equal("* OK Still here", await client.ReadLineAsync());
        Assert.Equal("* OK Still here", await client.ReadLineAsync());
        Assert.StartsWith("* BYE", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
    }
}
