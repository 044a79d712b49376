using Cloud.Api.Rest;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Rest;

/// <summary>A user's passwords of programs, suspension, quota and deletion, and what is there, over the API.</summary>
public sealed class UserLifeResourceTests
{
    const string Alice = "/users/alice%40example.test";

    static RestClient Client(TestBackend test) => new(new RestApi(test.Backend), caller: Caller.Operator);

    [Fact]
    public async Task A_program_s_password_is_made_listed_without_it_and_revoked()
    {
        await using var test = await TestBackend.OpenAsync();
        var client = Client(test);
        var made = await client.PostAsync($"{Alice}/app-passwords", """{"name":"phone"}""");
        Assert.Equal(201, made.Status);
        var (id, password) = (made.Json.GetProperty("id").GetString(), made.Json.GetProperty("password").GetString());
        Assert.EndsWith($"/app-passwords/{id}", made.Header("Location"));
        var listed = await client.GetAsync($"{Alice}/app-passwords");
        Assert.DoesNotContain(password!, listed.Text);
        Assert.Equal(
            "phone",
            Assert.Single(listed.Json.GetProperty("items").EnumerateArray()).GetProperty("name").GetString()
        );
        Assert.Equal(409, (await client.PostAsync($"{Alice}/app-passwords", """{"name":"phone"}""")).Status);
        Assert.Equal(422, (await client.PostAsync($"{Alice}/app-passwords", """{"name":" "}""")).Status);
        Assert.Equal(204, (await client.DeleteAsync($"{Alice}/app-passwords/{id}")).Status);
        Assert.Equal(404, (await client.DeleteAsync($"{Alice}/app-passwords/{id}")).Status);
    }

    [Fact]
    public async Task A_user_is_suspended_bounded_deleted_and_brought_back()
    {
        await using var test = await TestBackend.OpenAsync();
        var client = Client(test);
        Assert.Equal(204, (await client.SendAsync("PUT", $"{Alice}/suspension", null)).Status);
        Assert.True((await UserAsync(test)).IsSuspended);
        Assert.Equal(204, (await client.DeleteAsync($"{Alice}/suspension")).Status);
        Assert.Equal(204, (await client.SendAsync("PUT", $"{Alice}/quota", """{"octets":1000}""")).Status);
        Assert.Equal((1000, false), ((await UserAsync(test)).Quota, (await UserAsync(test)).IsSuspended));
        Assert.Equal(422, (await client.SendAsync("PUT", $"{Alice}/quota", """{"octets":-1}""")).Status);

        foreach (var days in new[] { "-1", "366", "2000000000", "-2000000000" })
        {
            var refused = await client.SendAsync("PUT", $"{Alice}/deletion", $$"""{"days":{{days}}}""");
            var pointer = refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString();
            Assert.Equal((422, "#/days"), (refused.Status, pointer));
        }
        var deleted = await client.SendAsync("PUT", $"{Alice}/deletion", """{"days":3}""");
        Assert.Equal(test.Time.GetUtcNow().AddDays(3), deleted.Json.GetProperty("until").GetDateTimeOffset());
        Assert.Equal(409, (await client.SendAsync("PUT", $"{Alice}/suspension", null)).Status);
        Assert.Equal(204, (await client.DeleteAsync($"{Alice}/deletion")).Status);
        Assert.Equal(404, (await client.DeleteAsync($"{Alice}/deletion")).Status);
        Assert.False((await UserAsync(test)).IsDeleted);
    }

    [Fact]
    public async Task An_account_is_checked_and_all_are_counted()
    {
        await using var test = await TestBackend.OpenAsync();
        await test.AppendAsync(test.AliceId, "INBOX", "Subject: 1\r\n\r\n");
        var check = await Client(test).PostAsync($"{Alice}/check?hashes=true&repair=true", null);
        Assert.Equal(
            (1, 0),
            (check.Json.GetProperty("messages").GetInt32(), check.Json.GetProperty("findings").GetArrayLength())
        );
        var stats = (await Client(test).GetAsync("/stats")).Json;
        Assert.Equal((1, 2, 1), (Of("domains"), Of("users"), Of("messages")));

        int Of(string name) => stats.GetProperty(name).GetInt32();
    }

    static async Task<Cloud.Api.Admin.UserInfo> UserAsync(TestBackend test) =>
        (await test.Admin.ListUsersAsync(default)).Single(user => user.Address == TestBackend.Alice);
}
