using Cloud.Store.Counting;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Listener.Imap;

/// <summary>What delivery has learned of a message is told without opening it: each opened blob is a request that users pay for.</summary>
public sealed class FetchCostTests
{
    [Theory]
    [InlineData("RFC822.SIZE", "RFC822.SIZE ")]
    [InlineData("ENVELOPE", "ENVELOPE (\"Fri, 2 Jan 2026")]
    [InlineData("PREVIEW", "PREVIEW {")]
    [InlineData("PREVIEW (LAZY)", "PREVIEW {")]
    [InlineData("BODY", "BODY ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 7 0)")]
    [InlineData("BODYSTRUCTURE", "BODYSTRUCTURE ((\"text\" \"plain\"")]
    [InlineData("BINARY.SIZE[1]", "BINARY.SIZE[1] 7")] // as it stands
    [InlineData("BINARY.SIZE[2]", "BINARY.SIZE[2] ")] // a message
    [InlineData("BINARY.SIZE[3]", "BINARY.SIZE[3] 3")] // out of base64
    [InlineData("BINARY.SIZE[9]", "BINARY.SIZE[9] 0")] // not there
    [InlineData("BODY.PEEK[9]", "BODY[9] NIL")]
    public async Task Nothing_is_opened_for_what_is_known(string item, string told) =>
        Assert.Equal((0, 0), await OpenedAsync(item, told));

    [Theory]
    [InlineData("BODY.PEEK[HEADER]", "BODY[HEADER] {")]
    [InlineData("BODY.PEEK[1]", "BODY[1] {7}")]
    [InlineData("BINARY.PEEK[3]", "BINARY[3] ~{3}")]
    public async Task One_part_is_opened_where_its_octets_are_asked_for(string item, string told) =>
        Assert.Equal((1, 1), await OpenedAsync(item, told));

    /// <returns>Blobs opened, when the mailbox has just been opened and once more.</returns>
    static async Task<(int First, int Again)> OpenedAsync(string item, string told)
    {
        var blobs = new CountingBlobs(new MemoryBlobs());
        var backend = await TestBackend.OpenAsync(blobs: blobs);
        await backend.ReceiveAsync(ImapServer.Nested, TestBackend.Alice);
        await using var listener = await ImapServer.ListenAsync(backend);
        await using var client = await ImapClient.OpenAsync(listener);
        await client.DoAsync("SELECT INBOX");
        blobs.Reset();
        Assert.Contains(told, await client.AskAsync($"FETCH 1 {item}"), StringComparison.Ordinal);
        var first = blobs.Reads;
        Assert.Contains(told, await client.AskAsync($"UID FETCH 1 {item}"), StringComparison.Ordinal);
        return (first, blobs.Reads - first);
    }
}
