using Cloud.Api.Gateway;
using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>Shared mailboxes over the API.</summary>
public sealed class AclResourceTests
{
    const string Inbox = "/users/team%40example.test/mailboxes/INBOX/acl";

    static RestClient Client(TestBackend test) => new(new RestApi(test.Backend), caller: Caller.Operator);

    [Fact]
    public async Task A_shared_mailbox_is_made_and_read_by_whom_it_is_granted_to()
    {
        await using var test = await TestBackend.OpenAsync();
        var client = Client(test);
        var made = await client.PostAsync("/users", """{"address":"team@example.test","shared":true}""");
        Assert.Equal(
            (201, false),
            (made.Status, made.Json.TryGetProperty("password", out var password) && password.GetString() is not null)
        );
        Assert.True(made.Json.GetProperty("user").GetProperty("shared").GetBoolean());

        var granted = await client.SendAsync("PUT", $"{Inbox}/{TestBackend.Bob}", """{"rights":"lrk"}""");
        Assert.Equal(200, granted.Status);
        var entry = Assert.Single((await client.GetAsync(Inbox)).Json.GetProperty("entries").EnumerateArray());
        Assert.Equal(
            (TestBackend.Bob, "lrk"),
            (entry.GetProperty("identifier").GetString(), entry.GetProperty("rights").GetString())
        );
        var reader = new Reader(test.BobId, TestBackend.Bob);
        var shared = await test.Gateway.FindSharedAsync(reader, "team@example.test", default);
        Assert.Equal((true, "INBOX"), (shared!.IsShared, Assert.Single(shared.Mailboxes).Name));

        Assert.Equal(204, (await client.DeleteAsync($"{Inbox}/{TestBackend.Bob}")).Status);
        Assert.Empty((await client.GetAsync(Inbox)).Json.GetProperty("entries").EnumerateArray());
        Assert.Null(await test.Gateway.FindSharedAsync(reader, "team@example.test", default));
    }

    [Fact]
    public async Task Nobody_logs_in_to_a_shared_mailbox()
    {
        await using var test = await TestBackend.OpenAsync();
        var client = Client(test);
        const string both = """{"address":"team@example.test","shared":true,"password":"a good secret"}""";
        Assert.Equal(422, (await client.PostAsync("/users", both)).Status);
        Assert.Equal(
            201,
            (await client.PostAsync("/users", """{"address":"team@example.test","shared":true}""")).Status
        );
        Assert.NotEqual(AuthenticateStatus.Ok, (await test.LoginAsync("team@example.test", "")).Status);
        var changed = await client.SendAsync("PATCH", "/users/team%40example.test", """{"password":"a good secret"}""");
        Assert.Equal(409, changed.Status);
        var program = await client.PostAsync("/users/team%40example.test/app-passwords", """{"name":"phone"}""");
        Assert.Equal(409, program.Status);
        Assert.Equal(
            ReceiveStatus.Accepted,
            (await test.ReceiveAsync("Subject: a\r\n\r\n", "team@example.test")).Status
        );
        Assert.Single((await test.OpenAsync(await test.AccountAsync("team@example.test"))).Entries);
    }

    [Theory]
    [InlineData("bob@example.test", "lrq", 422)]
    [InlineData("bob@example.test", "LR", 422)]
    [InlineData("nobody@example.test", "lr", 409)]
    [InlineData("alice@example.test", "lr", 409)]
    [InlineData("-", "lr", 422)]
    public async Task What_cannot_be_granted_is_refused(string identifier, string rights, int status)
    {
        await using var test = await TestBackend.OpenAsync();
        var target = $"/users/alice%40example.test/mailboxes/INBOX/acl/{identifier}";
        var body = $$"""{"rights":"{{rights}}"}""";
        Assert.Equal(status, (await Client(test).SendAsync("PUT", target, body)).Status);
    }
}
